// SPDX-License-Identifier: GPL-2.0-or-later
/* A module's files and symbol table. */
#include "sym/module.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The kind of place where what was used last was found. */
static const char *
found_in(const struct module *m)
{
	return m->log.all[m->log.n - 1].source;
}

static struct find_wanted
wanted(const struct module *m)
{
	return (struct find_wanted){
		.path = m->path,
		.id = m->id,
		.id_len = m->id_len,
		.foreign = m->foreign,
	};
}

/* The debug file must have the build-id that was recorded, or that of the file at the path where none was. */
static struct find_wanted
wanted_debug(const struct module *m)
{
	struct find_wanted w = wanted(m);

	if (!m->id_len && m->image) {
		w.id = m->image->build_id;
		w.id_len = m->image->build_id_len;
	}
	return w;
}

static void
use_image(struct module *m, struct elf_file *f)
{
	if (!f)
		return;
	m->image = f;
	m->image_from = found_in(m);
	m->full |= symtab_is_full(f);
	m->n_symbols += symtab_read(&m->symbols, f);
}

static void
use_debug(struct module *m, struct elf_file *f)
{
	if (!f)
		return;
	m->debug = f;
	m->debug_from = found_in(m);
	m->full = true;
	m->n_symbols += symtab_read(&m->symbols, f);
}

void
module_load(struct module *m, const struct find_places *places)
{
	struct find_wanted w = wanted(m);

	if (m->tried || m->told)
		return;
	m->tried = true;
	m->symbols.lazy = true;
	use_image(m, find_image(&w, places, &m->log));
	w = wanted_debug(m);
	if (!m->full)
		use_debug(m, find_debug(m->image, &w, places, &m->log));
}

void
module_free(struct module *m)
{
	symtab_free(&m->symbols);
	find_log_free(&m->log);
	elf_close(m->image);
	elf_close(m->debug);
	free(m->path);
}

bool
module_wants(struct module *m, bool *debug, const uint8_t **id, size_t *len)
{
	const uint8_t *of = m->id_len || !m->image ? m->id : m->image->build_id;

	*debug = !m->asked[true];
	*len = m->id_len || !m->image ? m->id_len : m->image->build_id_len;
	*id = of;
	if (m->told || m->full || *len < 2 || m->asked[*debug] || (!*debug && m->image))
		return false;
	m->asked[*debug] = true;
	return true;
}

bool
module_take(struct module *m, bool debug, const char *source, const char *path, const char *reason)
{
	struct find_wanted w = debug ? wanted_debug(m) : wanted(m);
	struct elf_file *f;

	if (!path) {
		find_log_add(&m->log, source, debug, reason ? FIND_NO_ANSWER : FIND_ABSENT, "", reason);
		return false;
	}
	f = find_fetched(&w, path, debug, source, &m->log);
	(debug ? use_debug : use_image)(m, f);
	return f;
}

/* Of the image when there is none; of a debug file when there is no full table. */
const char *
module_problem(const struct module *m)
{
	const struct find_attempt *a;
	size_t from = 0;

	if (m->full || m->debug)
		return NULL;
	while (m->image && from < m->log.n && !m->log.all[from].debug)
		from++;
	a = find_log_refusal(&m->log, from);
	if (!a && !m->image && m->log.n)
		a = &m->log.all[0];
	return a ? a->reason : NULL;
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
