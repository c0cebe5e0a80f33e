// SPDX-License-Identifier: GPL-2.0-or-later
/* Abbreviations: what kinds of entry a unit has. */
#include "dwarf/abbrev.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"

enum { ATTRIBUTES_MAX = 4096 }; /* of one; there are fewer than 30 in what compilers make */

static uint16_t
known(uint64_t number)
{
	return number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* ---- how to step over an entry ---- */

/* Adds bytes to what is stepped over after the last step. */
static void
add_fixed(struct abbrevs *a, struct abbrev *b, uint32_t size)
{
	uint32_t *to = b->n_steps ? &a->steps[b->steps + b->n_steps - 1].then : &b->head;

	*to += size;
	if (b->sibling_back)
		b->sibling_back += size;
}

/* False: its form is not known, so that nobody can tell where it ends. */
static bool
add_step(struct abbrevs *a, struct abbrev *b, const struct abbrev_attribute *t)
{
	int size = form_size(t->form, &a->sizes);

	if (size == FORM_UNKNOWN)
		return false;
	if (size >= 0) {
		add_fixed(a, b, (uint32_t)size);
		if (t->name == DW_AT_sibling && t->form == DW_FORM_ref4)
			b->sibling_back = 4;
		return true;
	}
	GROW(a->steps, a->n_steps, a->cap_steps);
	a->steps[a->n_steps++] = (struct abbrev_step){.extent = form_extent(t->form)};
	b->n_steps++;
	b->sibling_back = 0;
	return true;
}

/* ---- roles ---- */

static bool
has(const struct abbrevs *a, const struct abbrev *b, uint16_t name)
{
	for (uint32_t i = 0; i < b->n_attributes; i++)
		if (a->attributes[b->attributes + i].name == name)
			return true;
	return false;
}

static enum abbrev_role
role(const struct abbrevs *a, const struct abbrev *b)
{
	bool code = has(a, b, DW_AT_low_pc) || has(a, b, DW_AT_ranges);

	switch (b->tag) {
	case DW_TAG_subprogram:
		return code ? ROLE_FUNCTION : ROLE_OTHER;
	case DW_TAG_inlined_subroutine:
		return code ? ROLE_INLINED : ROLE_OTHER;
	case DW_TAG_array_type:
	case DW_TAG_class_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_structure_type:
	case DW_TAG_subroutine_type:
	case DW_TAG_union_type:
		return b->children && b->sibling_back ? ROLE_TYPE : ROLE_OTHER;
	default:
		return ROLE_OTHER;
	}
}

/* ---- reading ---- */

static bool
read_attribute(struct abbrevs *a, struct abbrev *b, struct cursor *c)
{
	uint64_t name = cursor_uleb(c), form = cursor_uleb(c);
	struct abbrev_attribute t = {.name = known(name), .form = known(form)};

	if (c->bad || (!name && !form))
		return false;
	if (form == DW_FORM_implicit_const)
		t.implicit = cursor_sleb(c);
	if (b->n_attributes == ATTRIBUTES_MAX || !add_step(a, b, &t)) {
		c->bad = true;
		return false;
	}
	GROW(a->attributes, a->n_attributes, a->cap_attributes);
	a->attributes[a->n_attributes++] = t;
	b->n_attributes++;
	return true;
}

/* False: there are no more. */
static bool
read_one(struct abbrevs *a, struct cursor *c)
{
	struct abbrev b = {.code = cursor_uleb(c)};

	if (!b.code || c->bad)
		return false;
	b.tag = known(cursor_uleb(c));
	b.children = cursor_byte(c);
	b.steps = (uint32_t)a->n_steps;
	b.attributes = (uint32_t)a->n_attributes;
	while (read_attribute(a, &b, c))
		;
	if (c->bad || a->n_steps > UINT32_MAX - ATTRIBUTES_MAX || a->n_attributes > UINT32_MAX - ATTRIBUTES_MAX)
		return false;
	b.role = (uint8_t)role(a, &b);
	GROW(a->all, a->n, a->cap);
	a->all[a->n++] = b;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct abbrev *x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return (x->attributes > y->attributes) - (x->attributes < y->attributes);
}

void
abbrevs_read(struct abbrevs *a, struct cursor c, const struct form_sizes *sizes, uint64_t only)
{
	bool in_order = true;

	a->sizes = *sizes;
	while (read_one(a, &c)) {
		in_order &= a->n < 2 || a->all[a->n - 2].code < a->all[a->n - 1].code;
		if (only && a->all[a->n - 1].code == only)
			break;
	}
	if (!in_order)
		qsort(a->all, a->n, sizeof(*a->all), compare);
}

const struct abbrev *
abbrevs_search(const struct abbrevs *a, uint64_t code)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->all[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->n && a->all[low].code == code ? &a->all[low] : NULL;
}

void
abbrevs_clear(struct abbrevs *a)
{
	a->n = a->n_steps = a->n_attributes = 0;
}

void
abbrevs_free(struct abbrevs *a)
{
	free(a->all);
	free(a->steps);
	free(a->attributes);
	*a = (struct abbrevs){0};
}
