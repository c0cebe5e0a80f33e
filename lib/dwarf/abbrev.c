// SPDX-License-Identifier: GPL-2.0-or-later
/* Abbreviations: what kinds of entry a unit has. */
#include "dwarf/abbrev.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"

enum { HEAD_MAX = 1 << 16 }; /* bytes; there are fewer than 200 in what compilers make */

static uint16_t
known(uint64_t number)
{
	return number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* One that is being read. */
struct reading {
	struct abbrevs *to;
	struct abbrev b;
	bool keeps; /* attributes */
	bool code;  /* it has attributes that tell where code is */
};

/* Adds to what is stepped over, behind the last step. False: its form is not known, nobody can tell where it ends. */
static bool
add_step(struct reading *r, uint16_t name, uint64_t form, uint8_t extent)
{
	struct abbrev *b = &r->b;

	if (extent == EXTENT_UNKNOWN)
		return false;
	if (extent <= EXTENT_FIXED_MOST) {
		*(b->n_steps ? &r->to->steps[r->to->n_steps - 1].then : &b->head) += extent;
		b->sibling_back += b->sibling_back ? extent : 0;
		if (name == DW_AT_sibling && form == DW_FORM_ref4)
			b->sibling_back = 4;
		return true;
	}
	GROW(r->to->steps, r->to->n_steps, r->to->cap_steps);
	r->to->steps[r->to->n_steps++] = (struct abbrev_step){.extent = extent};
	b->n_steps++;
	b->sibling_back = 0;
	return true;
}

static enum abbrev_role
role(const struct reading *r)
{
	switch (r->b.tag) {
	case DW_TAG_subprogram:
		return r->code ? ROLE_FUNCTION : ROLE_OTHER;
	case DW_TAG_inlined_subroutine:
		return r->code ? ROLE_INLINED : ROLE_OTHER;
	case DW_TAG_array_type:
	case DW_TAG_class_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_structure_type:
	case DW_TAG_subroutine_type:
	case DW_TAG_union_type:
		return r->b.children && r->b.sibling_back ? ROLE_TYPE : ROLE_OTHER;
	default:
		return ROLE_OTHER;
	}
}

/* False: there are no more. */
static bool
read_attribute(struct reading *r, struct cursor *c)
{
	uint64_t name = cursor_uleb(c), form = cursor_uleb(c);
	struct abbrevs *a = r->to;
	struct form f = form_of(form, &a->sizes);
	struct abbrev_attribute t = {.name = known(name), .extent = f.extent, .kind = f.kind, .implicit = 1};

	if (c->bad || (!name && !form))
		return false;
	if (form == DW_FORM_implicit_const)
		t.implicit = (uint64_t)cursor_sleb(c);
	if (r->b.head > HEAD_MAX || !add_step(r, t.name, form, t.extent)) {
		c->bad = true;
		return false;
	}
	r->code |= t.name == DW_AT_low_pc || t.name == DW_AT_ranges;
	if (!r->keeps)
		return true;
	GROW(a->attributes, a->n_attributes, a->cap_attributes);
	a->attributes[a->n_attributes++] = t;
	r->b.n_attributes++;
	return true;
}

static bool
keeps_attributes(uint16_t tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_compile_unit ||
	       tag == DW_TAG_partial_unit || tag == DW_TAG_skeleton_unit;
}

static bool
read_one(struct abbrevs *a, struct cursor *c)
{
	struct reading r = {.to = a, .b.code = cursor_uleb(c)};

	if (!r.b.code || c->bad || a->n_steps > UINT32_MAX / 2 || a->n_attributes > UINT32_MAX / 2)
		return false;
	r.b.tag = known(cursor_uleb(c));
	r.b.children = cursor_byte(c);
	r.b.steps = (uint32_t)a->n_steps;
	r.b.attributes = (uint32_t)a->n_attributes;
	r.keeps = keeps_attributes(r.b.tag);
	while (read_attribute(&r, c))
		;
	if (c->bad)
		return false;
	r.b.role = (uint8_t)role(&r);
	GROW(a->all, a->n, a->cap);
	a->all[a->n++] = r.b;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct abbrev *x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return (x->steps > y->steps) - (x->steps < y->steps);
}

size_t
abbrevs_read(struct abbrevs *a, struct cursor c, const struct form_sizes *sizes, uint64_t only)
{
	const uint8_t *start = c.at;
	bool in_order = true;

	a->sizes = *sizes;
	while (read_one(a, &c)) {
		in_order &= a->n < 2 || a->all[a->n - 2].code < a->all[a->n - 1].code;
		if (only && a->all[a->n - 1].code == only)
			break;
	}
	if (!in_order)
		qsort(a->all, a->n, sizeof(*a->all), compare);
	return (size_t)(c.at - start);
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
