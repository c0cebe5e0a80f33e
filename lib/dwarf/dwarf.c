// SPDX-License-Identifier: GPL-2.0-or-later
/* The one door to debug information. */
#include "dwarf/dwarf.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/ahead.h"
#include "dwarf/constants.h"
#include "dwarf/line.h"
#include "dwarf/name.h"
#include "dwarf/range.h"
#include "dwarf/split.h"
#include "dwarf/tree.h"
#include "dwarf/unit.h"

struct dwarf {
	struct debug_file main, alt;
	struct splits splits;
	bool mapped, all_walked;
	struct span_map units; /* of main, by what their roots say */
	struct names names;
	struct dwarf_frame *chain; /* owned */
	size_t cap_chain;
};

struct dwarf *
dwarf_open(const struct elf_file *f)
{
	struct dwarf *d;

	if (!sections_have_info(f, false))
		return NULL;
	d = xcalloc(1, sizeof(*d));
	debug_file_init(&d->main, f, false);
	return d;
}

void
dwarf_close(struct dwarf *d)
{
	if (!d)
		return;
	splits_free(&d->splits);
	debug_file_free(&d->main);
	debug_file_free(&d->alt);
	span_map_free(&d->units);
	names_free(&d->names);
	free(d->chain);
	free(d);
}

const struct elf_file *
dwarf_file(const struct dwarf *d)
{
	return d->main.sections.file;
}

const char *
dwarf_problem(const struct dwarf *d)
{
	const struct err *all[] = {&d->main.sections.problem, &d->alt.sections.problem, &d->splits.problem};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->text[0])
			return all[i]->text;
	return NULL;
}

void
dwarf_set_alt(struct dwarf *d, const struct elf_file *alt)
{
	debug_file_init(&d->alt, alt, false);
	d->main.alt = &d->alt;
}

void
dwarf_on_split(struct dwarf *d, split_opener *open, void *to)
{
	d->splits.open = open;
	d->splits.to = to;
}

/* ---- units ---- */

static bool
may_have_code(const struct unit *u)
{
	return u->type == DW_UT_compile || u->type == DW_UT_skeleton;
}

/* The unit that has the entries: the split one if it was split. */
static struct unit *
whole(struct dwarf *d, struct unit *u)
{
	if (!u->split_tried && u->has_dwo)
		u->split = splits_find(&d->splits, u);
	u->split_tried = true;
	return u->split ? u->split : u;
}

static const struct tree *
tree_of(struct unit *u)
{
	return unit_tree(u, &u->file->walk);
}

/* Adds what a unit has by its functions, where the root tells nothing. */
static void
add_by_tree(struct dwarf *d, uint32_t i, struct spans *spans)
{
	const struct span_map *m = &tree_of(whole(d, &d->main.units[i]))->places;

	for (size_t k = 0; k + 1 < m->n; k++)
		if (m->all[k].owner != SPAN_NONE)
			spans_add(spans, m->all[k].start, m->all[k + 1].start, i);
}

static void
map_units(struct dwarf *d)
{
	struct spans spans = {0};

	debug_file_units(&d->main);
	for (size_t i = 0; i < d->main.n; i++) {
		struct unit *u = &d->main.units[i];

		if (!may_have_code(u))
			continue;
		unit_root(u);
		if (!ranges_add(u, &u->low, &u->high, &u->ranges, (uint32_t)i, &spans) && d->all_walked)
			add_by_tree(d, (uint32_t)i, &spans);
	}
	span_map_free(&d->units);
	span_map_make(&d->units, &spans);
	spans_free(&spans);
	d->mapped = true;
}

/* Units whose roots do not tell where their code is are all walked when an address is in none of the others. */
static struct unit *
unit_of(struct dwarf *d, uint64_t vaddr)
{
	uint32_t i;

	if (!d->mapped)
		map_units(d);
	i = span_map_find(&d->units, vaddr);
	if (i == SPAN_NONE && !d->all_walked) {
		d->all_walked = true;
		map_units(d);
		i = span_map_find(&d->units, vaddr);
	}
	return i == SPAN_NONE ? NULL : &d->main.units[i];
}

/* ---- ahead ---- */

static struct ahead
wanted_ahead(struct dwarf *d, struct unit *u, unsigned what)
{
	struct unit *entries = what & DWARF_INLINES ? whole(d, u) : NULL;
	struct ahead a = {.lines = what & DWARF_LINES && u->has_lines ? u : NULL};

	if (entries && (entries == u || !entries->is_ahead))
		a.entries = entries;
	if (entries) {
		ahead_sections(entries->file);
		entries->is_ahead = true;
	}
	u->is_ahead = true;
	return a;
}

void
dwarf_read_ahead(struct dwarf *d, const uint64_t *vaddrs, size_t n, unsigned what)
{
	struct ahead *all = NULL;
	size_t n_all = 0, cap = 0;

	ahead_sections(&d->main);
	if (d->main.alt)
		ahead_sections(d->main.alt);
	for (size_t i = 0; i < n; i++) {
		struct unit *u = unit_of(d, vaddrs[i]);

		if (!u || u->is_ahead)
			continue;
		GROW(all, n_all, cap);
		all[n_all++] = wanted_ahead(d, u, what);
	}
	ahead_units(all, n_all);
	free(all);
}

/* ---- looking up ---- */

static void
set_line(struct dwarf_frame *frame, struct line_table *lines, uint32_t file, uint32_t line)
{
	frame->source = lines && line ? line_path(lines, file) : NULL;
	frame->line = frame->source ? line : 0;
}

/* The functions from a node outwards, each with the line where the one before it was called; the innermost ones are left
 * out where there are more than any program has. */
static size_t
make_chain(struct dwarf *d, struct unit *u, uint32_t node, struct line_table *lines)
{
	struct tree_node *nodes = u->tree->nodes;
	size_t n = 0, depth = 0;

	for (uint32_t i = node; i != TREE_NONE; i = nodes[i].parent)
		depth++;
	for (; node != TREE_NONE; node = nodes[node].parent, depth--) {
		struct tree_node *of = &nodes[node];

		GROW(d->chain, n + 1, d->cap_chain);
		if (depth <= DWARF_CHAIN_MAX) {
			if (!of->name)
				of->name = names_find(&d->names, u, u->offset + of->entry) + 1;
			d->chain[n++].name = d->names.all[of->name - 1].text;
		}
		set_line(&d->chain[n], lines, of->call_file, of->call_line);
	}
	return n;
}

/* The node that a function of its own is. */
static uint32_t
outermost(const struct tree *t, uint32_t node)
{
	while (t->nodes[node].parent != TREE_NONE)
		node = t->nodes[node].parent;
	return node;
}

static uint64_t
function_id(const struct unit *u, uint32_t node)
{
	return u->offset + u->tree->nodes[node].entry;
}

void
dwarf_find(struct dwarf *d, uint64_t vaddr, unsigned what, struct dwarf_place *place)
{
	struct unit *u = unit_of(d, vaddr), *entries;
	struct line_table *lines = NULL;
	const struct line_row *row = NULL;
	uint32_t node = TREE_NONE;

	*place = (struct dwarf_place){0};
	if (!u)
		return;
	GROW(d->chain, 1, d->cap_chain);
	d->chain[0] = (struct dwarf_frame){0};
	if (what & DWARF_LINES)
		lines = unit_lines(u);
	if (lines)
		row = line_find(lines, vaddr);
	if (row)
		set_line(&d->chain[0], lines, row->file, row->line);
	if (what & DWARF_INLINES) {
		entries = whole(d, u);
		node = span_map_find(&tree_of(entries)->places, vaddr);
		if (node != TREE_NONE) {
			place->n = make_chain(d, entries, node, lines);
			place->function = function_id(entries, outermost(entries->tree, node));
		}
	}
	if (!place->n)
		place->n = d->chain[0].source ? 1 : 0;
	place->chain = d->chain;
}

uint64_t
dwarf_function(struct dwarf *d, uint64_t vaddr)
{
	struct unit *u = unit_of(d, vaddr), *entries = u ? whole(d, u) : NULL;
	uint32_t node = entries ? span_map_find(&tree_of(entries)->places, vaddr) : TREE_NONE;

	return node == TREE_NONE ? 0 : function_id(entries, outermost(entries->tree, node));
}
