// SPDX-License-Identifier: GPL-2.0-or-later
/* A module's files, symbol table and debug information. */
#include "sym/module.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/content_id.h"
#include "elf/minidebug.h"

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
		.mapped = m->mapped,
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
use(struct module *m, const struct elf_file *f)
{
	m->n_symbols += symtab_read(&m->symbols, f);
	if (!m->informs || m->dwarf)
		return;
	m->dwarf = dwarf_open(f);
	if (m->dwarf)
		further_connect(&m->further, m->dwarf, m->image, m->places);
}

static void
use_image(struct module *m, struct elf_file *f)
{
	if (!f)
		return;
	m->image = f;
	m->image_from = found_in(m);
	m->full |= symtab_is_full(f);
	use(m, f);
}

static void
use_debug(struct module *m, struct elf_file *f)
{
	if (!f)
		return;
	m->debug = f;
	m->debug_from = found_in(m);
	m->full = true;
	use(m, f);
}

/* Whether a debug file would tell more. */
static bool
lacks_debug(const struct module *m)
{
	return !m->debug && (!m->full || (m->informs && !m->dwarf));
}

static void
use_mini(struct module *m)
{
	struct err err = {0};

	m->mini = minidebug_open(m->image, &err);
	if (m->mini)
		use(m, m->mini);
	else if (err.text[0])
		find_log_add(&m->log, ".gnu_debugdata", true, FIND_UNREADABLE, m->image->path, err.text);
}

void
module_load(struct module *m, const struct find_places *places, bool informs)
{
	struct find_wanted w = wanted(m);

	if (m->tried || m->told)
		return;
	m->tried = true;
	m->informs = informs;
	m->places = places;
	m->symbols.lazy = true;
	use_image(m, find_image(&w, places, &m->log));
	w = wanted_debug(m);
	if (lacks_debug(m))
		use_debug(m, find_debug(m->image, &w, places, &m->log));
	if (!m->full && m->image)
		use_mini(m);
}

void
module_free(struct module *m)
{
	symtab_free(&m->symbols);
	spare_free(&m->spare);
	find_log_free(&m->log);
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
module_wants(struct module *m, bool *debug, const uint8_t **id, size_t *len)
{
	struct find_wanted w = wanted_debug(m);

	*debug = !m->asked[true];
	*len = w.id_len;
	*id = w.id;
	if (m->told || *len < 2 || is_content_id(*id, *len) || m->asked[*debug] || !(*debug ? lacks_debug(m) : !m->full && !m->image))
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
static const struct find_attempt *
refusal(const struct module *m)
{
	const struct find_attempt *a;
	size_t from = 0;

	if (m->full || m->debug)
		return NULL;
	while (m->image && from < m->log.n && !m->log.all[from].debug)
		from++;
	a = find_log_refusal(&m->log, from);
	return !a && !m->image && m->log.n ? &m->log.all[0] : a;
}

const char *
module_problem(const struct module *m)
{
	const struct find_attempt *a = refusal(m);

	if (a)
		return a->reason;
	if (m->further.problem.text[0])
		return m->further.problem.text;
	return m->dwarf ? dwarf_problem(m->dwarf) : NULL;
}

void
module_read_ahead(struct module *m, const uint64_t *offsets, size_t n, unsigned dwarf)
{
	const struct elf_file *f = m->image ? m->image : m->debug;
	uint64_t *vaddrs;
	size_t k = 0;

	if (!m->dwarf || !dwarf || !f)
		return;
	vaddrs = xreallocarray(NULL, n, sizeof(*vaddrs));
	for (size_t i = 0; i < n; i++)
		k += elf_vaddr(f, offsets[i], &vaddrs[k]);
	dwarf_read_ahead(m->dwarf, vaddrs, k, dwarf);
	free(vaddrs);
}

bool
module_find(struct module *m, uint64_t offset, unsigned dwarf, struct module_place *place)
{
	const struct elf_file *f = m->image ? m->image : m->debug;
	const struct symbol_range *range;
	const struct symtab *from = &m->symbols;
	uint64_t vaddr = offset;

	*place = (struct module_place){0};
	if (!m->told && (!f || !elf_vaddr(f, offset, &vaddr)))
		return false;
	range = symtab_find(&m->symbols, vaddr);
	if (m->dwarf && dwarf)
		dwarf_find(m->dwarf, vaddr, dwarf, &place->debug);
	if (range && place->debug.function)
		place->same = begins_within(m, range->start, place->debug.function);
	if (!range && !place->debug.function && m->image) {
		range = spare_find(&m->spare, m->image, &m->symbols, vaddr);
		from = &m->spare.symbols;
	}
	if (range) {
		place->symbol = range->name;
		place->into = vaddr - symtab_start(from, range);
	}
	return place->symbol || place->debug.function;
}
