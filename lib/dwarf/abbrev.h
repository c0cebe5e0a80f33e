/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Abbreviations: what kinds of entry a unit has, each a tag and the attributes that its entries bring, in order.
 *
 * How to step over an entry is worked out once for each: `head` bytes, then its steps, each a part that says its own
 * size and bytes after that. Most have no steps at all. */
#ifndef DWARF_ABBREV_H
#define DWARF_ABBREV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "dwarf/form.h"

/* What whoever looks for code does with an entry. */
enum abbrev_role {
	ROLE_OTHER,
	ROLE_FUNCTION, /* a function with code */
	ROLE_INLINED,  /* an inlined one with code */
	ROLE_TYPE,     /* a type, whose children can be left out */
};

struct abbrev_attribute {
	uint16_t name, form; /* 0: too large to be one that we know */
	int64_t implicit;    /* of DW_FORM_implicit_const */
};

struct abbrev_step {
	uint8_t extent; /* enum form_extent */
	uint32_t then;	/* bytes to step over after it */
};

struct abbrev {
	uint64_t code;
	uint16_t tag;
	uint8_t role;	       /* enum abbrev_role */
	bool children;	       /* has them */
	uint32_t sibling_back; /* bytes from its last byte back to DW_AT_sibling, of 4 bytes; 0: there is none to use */
	uint32_t head;
	uint32_t steps, n_steps;	   /* in steps[] */
	uint32_t attributes, n_attributes; /* in attributes[]; none where nobody wants to know */
};

/* The abbreviations of a unit. */
struct abbrevs {
	struct form_sizes sizes;
	uint64_t offset; /* in .debug_abbrev */
	struct abbrev *all; /* by code; owned */
	size_t n, cap;
	struct abbrev_step *steps; /* owned */
	size_t n_steps, cap_steps;
	struct abbrev_attribute *attributes; /* owned */
	size_t n_attributes, cap_attributes;
};

/* Reads those that begin at the cursor, up to the end of their table; what is malformed ends them. Attributes are kept of
 * functions and of units. If `only` is not 0 reads no further than that code. Returns how many bytes were read. */
size_t abbrevs_read(struct abbrevs *a, struct cursor c, const struct form_sizes *sizes, uint64_t only);

/* NULL: no entry may have that code. */
const struct abbrev *abbrevs_search(const struct abbrevs *a, uint64_t code);

/* Forgets them, keeps the memory. */
void abbrevs_clear(struct abbrevs *a);
void abbrevs_free(struct abbrevs *a);

/* Compilers number them 1, 2, 3. */
static inline const struct abbrev *
abbrevs_find(const struct abbrevs *a, uint64_t code)
{
	if (code - 1 < a->n && a->all[code - 1].code == code)
		return &a->all[code - 1];
	return abbrevs_search(a, code);
}

/* Steps over an entry's attributes. */
static inline void
abbrev_skip(const struct abbrevs *a, const struct abbrev *b, struct cursor *c)
{
	if (b->head > cursor_left(c)) {
		c->at = c->end;
		c->bad = true;
		return;
	}
	c->at += b->head;
	for (uint32_t i = 0; i < b->n_steps; i++) {
		const struct abbrev_step *step = &a->steps[b->steps + i];

		form_skip(c, step->extent, &a->sizes);
		cursor_block(c, step->then);
	}
}

#endif
