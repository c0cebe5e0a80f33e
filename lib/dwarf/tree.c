// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions of a unit that have code, and what was inlined into them. */
#include "dwarf/tree.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"
#include "dwarf/range.h"

/* Entries within entries: what programs have at the most is some hundreds. */
enum { DEPTH_MAX = 4096 };

/* What is collected stays in memory from one unit to the next; each gets a copy of its own size. */
struct walk {
	struct unit *unit;
	const struct abbrevs *abbrevs;
	const uint8_t *start; /* of the unit */
	struct tree tree;
	struct spans spans;
	uint32_t depth;
	uint32_t within[DEPTH_MAX]; /* by depth: the node that entries there are in */
};

/* The attributes that tell a node's place, and where it was called. */
struct code_entry {
	struct value low, high, ranges, call_file, call_line;
};

static struct value *
wanted(struct code_entry *e, uint16_t name)
{
	switch (name) {
	case DW_AT_low_pc:
		return &e->low;
	case DW_AT_high_pc:
		return &e->high;
	case DW_AT_ranges:
		return &e->ranges;
	case DW_AT_call_file:
		return &e->call_file;
	case DW_AT_call_line:
		return &e->call_line;
	default:
		return NULL;
	}
}

static void
read_code_entry(const struct abbrevs *a, const struct abbrev *b, struct cursor *c, struct code_entry *e)
{
	const struct abbrev_attribute *t = &a->attributes[b->attributes], *end = t + b->n_attributes;

	memset(e, 0, sizeof(*e));
	for (; t < end && !c->bad; t++) {
		struct value *v = wanted(e, t->name);

		if (v)
			abbrev_read(a, t, c, v);
		else
			form_skip(c, t->extent, &a->sizes);
	}
}

static uint32_t
number(const struct value *v)
{
	return v->kind == VALUE_NUMBER && v->n < UINT32_MAX ? (uint32_t)v->n : 0;
}

/* Adds the node of an entry whose attributes are at the cursor. */
static void
add_node(struct walk *w, const struct abbrev *b, struct cursor *c, const uint8_t *entry)
{
	struct tree *t = &w->tree;
	struct code_entry e;

	read_code_entry(w->abbrevs, b, c, &e);
	if (c->bad || t->n == TREE_NONE)
		return;
	GROW(t->nodes, t->n, t->cap);
	t->nodes[t->n] = (struct tree_node){
		.entry = (uint32_t)(entry - w->start),
		.parent = b->role == ROLE_INLINED && w->depth ? w->within[w->depth - 1] : TREE_NONE,
		.call_file = number(&e.call_file),
		.call_line = number(&e.call_line),
	};
	ranges_add(w->unit, &e.low, &e.high, &e.ranges, (uint32_t)t->n, &w->spans);
	t->n++;
}

/* Steps over the children of an entry by DW_AT_sibling, an offset in the unit, at the end of its attributes. */
static void
skip_children(struct walk *w, const struct abbrev *b, struct cursor *c)
{
	struct cursor field = {c->at - b->sibling_back, c->at, false};
	uint64_t sibling = cursor_fixed(&field, 4);

	if (sibling <= (uint64_t)(c->at - w->start) || sibling > (uint64_t)(c->end - w->start))
		c->bad = true; /* it has to be further on, or there would be no end to it */
	else
		c->at = w->start + sibling;
}

/* Takes the entry at the cursor, which is not at its end. */
static void
take_entry(struct walk *w, struct cursor *c)
{
	const uint8_t *entry = c->at;
	uint64_t code = cursor_uleb(c);
	const struct abbrev *b;
	uint32_t node;

	if (!code) {
		w->depth -= w->depth > 0;
		return;
	}
	b = abbrevs_find(w->abbrevs, code);
	if (!b) {
		c->bad = true;
		return;
	}
	node = w->depth ? w->within[w->depth - 1] : TREE_NONE;
	if (b->role == ROLE_FUNCTION || b->role == ROLE_INLINED) {
		node = (uint32_t)w->tree.n;
		add_node(w, b, c, entry);
	} else
		abbrev_skip(w->abbrevs, b, c);
	if (c->bad || !b->children)
		return;
	if (b->role == ROLE_TYPE && w->unit->skips_types)
		skip_children(w, b, c);
	else if (w->depth < DEPTH_MAX)
		w->within[w->depth++] = node;
	else
		c->bad = true;
}

static void *
copy_of(const void *from, size_t n, size_t size)
{
	void *to = xreallocarray(NULL, n, size);

	return n ? memcpy(to, from, n * size) : to;
}

static void
tree_read(struct tree *t, struct unit *u, struct walk *w)
{
	struct cursor c = unit_cursor(u, u->root);

	w->unit = u;
	w->abbrevs = unit_abbrevs(u);
	w->start = c.at - (u->root - u->offset);
	w->depth = 0;
	w->tree.n = w->tree.places.n = w->spans.n = 0;
	while (c.at < c.end && !c.bad)
		take_entry(w, &c);
	span_map_make(&w->tree.places, &w->spans);
	*t = w->tree;
	t->cap = t->n;
	t->places.cap = t->places.n;
	t->nodes = copy_of(t->nodes, t->n, sizeof(*t->nodes));
	t->places.all = copy_of(t->places.all, t->places.n, sizeof(*t->places.all));
}

const struct tree *
unit_tree(struct unit *u, struct walk **scratch)
{
	if (!*scratch)
		*scratch = xcalloc(1, sizeof(**scratch));
	if (!u->tree) {
		u->tree = xcalloc(1, sizeof(*u->tree));
		tree_read(u->tree, u, *scratch);
	}
	return u->tree;
}

void
walk_free(struct walk *w)
{
	if (!w)
		return;
	tree_free(&w->tree);
	spans_free(&w->spans);
	free(w);
}

void
tree_free(struct tree *t)
{
	free(t->nodes);
	span_map_free(&t->places);
	*t = (struct tree){0};
}
