// SPDX-License-Identifier: GPL-2.0-or-later
/* A module's files and symbol table. */
#include "sym/module.h"

#include <stdlib.h>

#include "base/alloc.h"

/* The build-id that debug files must have: the recorded one, or of the file at the path where none was recorded. */
static struct elf_file *
debug_of(const struct module *m, const struct debug_roots *roots, struct err *err)
{
	if (m->id_len || !m->image)
		return find_debug(m->image, m->id, m->id_len, roots, err);
	return find_debug(m->image, m->image->build_id, m->image->build_id_len, roots, err);
}

void
module_load(struct module *m, const struct debug_roots *roots)
{
	struct err refused = {0};

	if (m->tried || m->told)
		return;
	m->tried = true;
	m->symbols.lazy = true;
	m->image = find_image(m->path, m->id, m->id_len, roots, &m->problem);
	if (!m->image)
		m->image = mapped_open(&m->mapped, m->path, m->id, m->id_len);
	if (m->image)
		m->problem.text[0] = 0;
	if (!m->image || !symtab_is_full(m->image))
		m->debug = debug_of(m, roots, &refused);
	if (!m->debug && (!m->image || !symtab_is_full(m->image)))
		m->debug = mapped_debug(&m->mapped, m->image, m->id, m->id_len);
	if (m->debug)
		m->problem.text[0] = 0;
	else if (refused.text[0] && !m->problem.text[0])
		m->problem = refused;
	m->full = m->debug || (m->image && symtab_is_full(m->image));
	if (m->debug)
		m->n_symbols += symtab_read(&m->symbols, m->debug);
	if (m->image)
		m->n_symbols += symtab_read(&m->symbols, m->image);
}

void
module_free(struct module *m)
{
	symtab_free(&m->symbols);
	elf_close(m->image);
	elf_close(m->debug);
	free(m->path);
}

const char *
module_find(struct module *m, uint64_t offset)
{
	const struct elf_file *f = m->image ? m->image : m->debug;
	const struct symbol_range *range;
	uint64_t vaddr = offset;

	if (!m->told && (!f || !elf_vaddr(f, offset, &vaddr)))
		return NULL;
	range = symtab_find(&m->symbols, vaddr);
	return range ? range->name : NULL;
}
