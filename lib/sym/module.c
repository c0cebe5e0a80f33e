// SPDX-License-Identifier: GPL-2.0-or-later
/* A module's files, symbol table and debug information. */
#include "sym/module.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "elf/minidebug.h"

/* The build-id that debug files must have: the recorded one, or of the file at the path where none was recorded. */
static struct elf_file *
debug_of(const struct module *m, const struct debug_roots *roots, struct err *err)
{
	if (m->id_len || !m->image)
		return find_debug(m->image, m->id, m->id_len, roots, err);
	return find_debug(m->image, m->image->build_id, m->image->build_id_len, roots, err);
}

void
module_load(struct module *m, const struct debug_roots *roots, unsigned dwarf)
{
	struct err refused = {0};

	if (m->tried || m->told)
		return;
	m->tried = true;
	m->symbols.lazy = true;
	m->image = find_image(m->path, m->id, m->id_len, roots, &m->problem);
	if (m->image)
		m->problem.text[0] = 0;
	if (dwarf && m->image)
		m->dwarf = dwarf_open(m->image);
	if (!m->image || !symtab_is_full(m->image) || (dwarf && !m->dwarf))
		m->debug = debug_of(m, roots, &refused);
	if (m->debug)
		m->problem.text[0] = 0;
	else if (refused.text[0] && !m->problem.text[0])
		m->problem = refused;
	m->full = m->debug || (m->image && symtab_is_full(m->image));
	if (dwarf && m->debug && !m->dwarf)
		m->dwarf = dwarf_open(m->debug);
	if (m->dwarf)
		further_connect(&m->further, m->dwarf, m->image, roots->dirs, roots->n);
	if (!m->full && m->image)
		m->mini = minidebug_open(m->image, &m->problem);
	if (m->mini)
		m->n_symbols += symtab_read(&m->symbols, m->mini);
	if (m->debug)
		m->n_symbols += symtab_read(&m->symbols, m->debug);
	if (m->image)
		m->n_symbols += symtab_read(&m->symbols, m->image);
}

const char *
module_problem(const struct module *m)
{
	if (m->problem.text[0])
		return m->problem.text;
	if (m->further.problem.text[0])
		return m->further.problem.text;
	return m->dwarf ? dwarf_problem(m->dwarf) : NULL;
}

void
module_free(struct module *m)
{
	symtab_free(&m->symbols);
	spare_free(&m->spare);
	dwarf_close(m->dwarf);
	further_free(&m->further);
	elf_close(m->mini);
	elf_close(m->image);
	elf_close(m->debug);
	free(m->path);
}

/* Whether the symbol that begins at a vaddr begins within a function. Places are asked for in order: mostly it is as it was
 * for the one before. */
static bool
begins_within(struct module *m, uint64_t start, uint64_t function)
{
	if (start != m->last_symbol || function != m->last_function) {
		m->last_symbol = start;
		m->last_function = function;
		m->last_same = dwarf_function(m->dwarf, start) == function;
	}
	return m->last_same;
}

bool
module_find(struct module *m, uint64_t offset, unsigned dwarf, struct module_place *place)
{
	const struct elf_file *f = m->image ? m->image : m->debug;
	const struct symbol_range *range;
	uint64_t vaddr = offset;

	*place = (struct module_place){0};
	if (!m->told && (!f || !elf_vaddr(f, offset, &vaddr)))
		return false;
	range = symtab_find(&m->symbols, vaddr);
	place->symbol = range ? range->name : NULL;
	if (m->dwarf)
		dwarf_find(m->dwarf, vaddr, dwarf, &place->debug);
	if (range && place->debug.function)
		place->same = begins_within(m, range->start, place->debug.function);
	if (!range && !place->debug.function && m->image)
		place->symbol = spare_find(&m->spare, m->image, &m->symbols, vaddr);
	return place->symbol || place->debug.function;
}
