// SPDX-License-Identifier: GPL-2.0-or-later
/* Function symbols as a sorted array of ranges that do not overlap. */
#include "elf/symtab.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/sort.h"
#include "elf/symbols.h"

enum rank { LABEL_UNSIZED, FUNCTION_UNSIZED, LABEL, FUNCTION };

struct symbol {
	uint64_t start, end; /* end: its own if it has a size, else its section's */
	const char *name;
	uint8_t rank, binding;
	bool chosen; /* it names its group */
};

/* ---- reading ---- */

/* The code around a vaddr ends here; 0 when it is not code. `section` is the symbol's. */
static uint64_t
code_end(const struct elf_file *f, uint16_t section, uint64_t vaddr)
{
	if (section != SHN_XINDEX) {
		const struct elf_section *s = section < f->n_sections ? &f->sections[section] : NULL;

		if (!s || !(s->flags & SHF_EXECINSTR) || vaddr < s->vaddr || vaddr - s->vaddr >= s->size)
			return 0;
		return s->vaddr + s->size < s->vaddr ? UINT64_MAX : s->vaddr + s->size;
	}
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (s->type == PT_LOAD && s->flags & PF_X && vaddr >= s->vaddr && vaddr - s->vaddr < s->memory_size)
			return s->vaddr + s->memory_size < s->vaddr ? UINT64_MAX : s->vaddr + s->memory_size;
	}
	return 0;
}

/* Labels that tools make for themselves: .L12, .annobin_init.c, and on arm64 $x, $d. */
static bool
is_internal(const char *name)
{
	return name[0] == '$' || name[0] == '.';
}

static void
put(struct symtab *t, struct symbol s, uint64_t size)
{
	uint64_t end = s.start + size < s.start ? UINT64_MAX : s.start + size;

	if (size && end < s.end)
		s.end = end;
	if (!size)
		s.rank = s.rank == FUNCTION ? FUNCTION_UNSIZED : LABEL_UNSIZED;
	GROW(t->symbols, t->n_symbols, t->cap_symbols);
	t->symbols[t->n_symbols++] = s;
	t->indexed = false;
}

static void
take_symbol(struct symtab *t, const struct elf_file *f, const struct elf_raw_symbol *y, const char *name)
{
	uint8_t type = ELF64_ST_TYPE(y->info);
	struct symbol s = {.start = y->value, .name = name, .binding = (uint8_t)symbol_binding(y)};

	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return;
	s.rank = type == STT_NOTYPE ? LABEL : FUNCTION;
	s.end = code_end(f, y->section, y->value);
	if (s.end && (type != STT_NOTYPE || !is_internal(s.name)))
		put(t, s, y->size);
}

static size_t
read_table(struct symtab *t, const struct elf_file *f, uint32_t type)
{
	size_t before = t->n_symbols;
	struct elf_raw_symbol y;
	struct symbols all;
	const char *name;

	if (!symbols_begin(&all, f, type))
		return 0;
	if (t->cap_symbols - before < symbols_count(&all)) {
		t->cap_symbols = before + symbols_count(&all);
		t->symbols = xreallocarray(t->symbols, t->cap_symbols, sizeof(*t->symbols));
	}
	while (symbols_next(&all, &y, &name))
		take_symbol(t, f, &y, name);
	return t->n_symbols - before;
}

bool
symtab_is_full(const struct elf_file *f)
{
	return symbols_have(f, SHT_SYMTAB);
}

size_t
symtab_read(struct symtab *t, const struct elf_file *f)
{
	return read_table(t, f, SHT_SYMTAB) + read_table(t, f, SHT_DYNSYM);
}

void
symtab_put(struct symtab *t, uint64_t start, uint64_t size, const char *name)
{
	struct symbol s = {.start = start, .end = UINT64_MAX, .name = name, .rank = FUNCTION, .binding = PREFER_GLOBAL};

	put(t, s, size);
}

/* ---- order ---- */

static const struct symbol *
nth(const struct symtab *t, size_t i)
{
	return &t->symbols[t->order[i].index];
}

static void
sort_symbols(struct symtab *t)
{
	t->order = xreallocarray(t->order, t->n_symbols + 1, sizeof(*t->order));
	for (size_t i = 0; i < t->n_symbols; i++) {
		t->order[i] = (struct sort_item){t->symbols[i].start, (uint32_t)i};
		t->symbols[i].chosen = false;
	}
	sort_items(t->order, t->n_symbols);
}

/* The symbols that start at one place, as one: of the highest rank among them, up to the farthest end of that. */
struct group {
	uint64_t end;
	uint32_t first; /* in order[] */
	uint8_t rank;
};

/* Steps over the group that order[*at] starts with. */
static struct group
next_group(const struct symtab *t, size_t *at)
{
	struct group group = {.first = (uint32_t)*at};
	uint64_t start = t->order[*at].key;

	for (; *at < t->n_symbols && t->order[*at].key == start; ++*at) {
		const struct symbol *s = nth(t, *at);

		if (s->rank > group.rank || s->end > group.end)
			group.end = s->rank >= group.rank ? s->end : group.end;
		if (s->rank > group.rank)
			group.rank = s->rank;
	}
	return group;
}

static void
emit(struct symtab *t, uint64_t start, uint64_t end, const struct group *group)
{
	if (start >= end)
		return;
	GROW(t->ranges, t->n, t->cap);
	t->ranges[t->n++] = (struct symbol_range){start, end, NULL, group->first};
}

/* Goes through the groups by start. `open` are sized ones that have begun, each within those before it; `filler` is
 * an unsized one, which ends where anything else begins. */
static void
make_ranges(struct symtab *t)
{
	struct group *open = NULL, filler = {0};
	size_t depth = 0, cap = 0, i = 0;
	uint64_t at = 0;

	t->n = 0;
	if (t->cap < t->n_symbols) {
		t->cap = t->n_symbols;
		t->ranges = xreallocarray(t->ranges, t->cap, sizeof(*t->ranges));
	}
	for (;;) {
		bool more = i < t->n_symbols;
		uint64_t start = more ? t->order[i].key : UINT64_MAX;
		struct group group = more ? next_group(t, &i) : (struct group){0};

		for (; depth && open[depth - 1].end <= start; depth--) {
			emit(t, at, open[depth - 1].end, &open[depth - 1]);
			at = open[depth - 1].end > at ? open[depth - 1].end : at;
		}
		if (more && group.rank < LABEL && depth)
			continue;
		if (depth)
			emit(t, at, start, &open[depth - 1]);
		emit(t, at, filler.end < start ? filler.end : start, &filler);
		if (!more)
			break;
		filler = group.rank < LABEL ? group : (struct group){0};
		GROW(open, depth, cap);
		if (group.rank >= LABEL)
			open[depth++] = group;
		at = start;
	}
	free(open);
}

/* ---- finding ---- */

static bool
preferred(const struct symbol *a, const struct symbol *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	return prefer_name(a->binding, a->name, b->binding, b->name);
}

/* The name of the group that starts at order[first]; chosen at the first call, when it becomes order[first]. */
static const char *
group_name(struct symtab *t, size_t first)
{
	struct symbol *s = &t->symbols[t->order[first].index];

	if (!s->chosen) {
		size_t best = first;
		struct sort_item swap = t->order[first];

		for (size_t i = first + 1; i < t->n_symbols && t->order[i].key == swap.key; i++)
			if (preferred(nth(t, i), nth(t, best)))
				best = i;
		t->order[first] = t->order[best];
		t->order[best] = swap;
		s = &t->symbols[t->order[first].index];
		s->chosen = true;
	}
	return s->name;
}

static void
make_index(struct symtab *t)
{
	sort_symbols(t);
	make_ranges(t);
	for (size_t i = 0; i < t->n && !t->lazy; i++)
		t->ranges[i].name = group_name(t, t->ranges[i].group);
	t->indexed = true;
}

const struct symbol_range *
symtab_find(struct symtab *t, uint64_t vaddr)
{
	struct symbol_range *range;
	size_t low = 0, high;

	if (!t->indexed)
		make_index(t);
	for (high = t->n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (t->ranges[middle].start <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || vaddr >= t->ranges[low - 1].end)
		return NULL;
	range = &t->ranges[low - 1];
	if (!range->name)
		range->name = group_name(t, range->group);
	return range;
}

uint64_t
symtab_start(const struct symtab *t, const struct symbol_range *range)
{
	return t->order[range->group].key;
}

void
symtab_free(struct symtab *t)
{
	free(t->ranges);
	free(t->order);
	free(t->symbols);
	*t = (struct symtab){0};
}
