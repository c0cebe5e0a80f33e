/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How attributes are written: reading and stepping over each form of DWARF 2 to 5 and GNU's. */
#ifndef DWARF_FORM_H
#define DWARF_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

/* What a number is to be taken for; see unit_string(), unit_address() and unit_reference(), which follow it. */
enum value_kind {
	VALUE_NONE,
	VALUE_NUMBER,	      /* a constant, a flag, or an offset in the section that the attribute says */
	VALUE_ADDRESS,	      /* a vaddr */
	VALUE_ADDRESS_INDEX,  /* of .debug_addr */
	VALUE_REFERENCE,      /* offset in the unit */
	VALUE_REFERENCE_INFO, /* offset in .debug_info */
	VALUE_REFERENCE_ALT,  /* the same, in the supplementary file's */
	VALUE_SIGNATURE,      /* of a type unit */
	VALUE_TEXT,	      /* the bytes themselves, NUL-terminated */
	VALUE_STRP,	      /* offset in .debug_str */
	VALUE_LINE_STRP,      /* in .debug_line_str */
	VALUE_STRP_ALT,	      /* in the supplementary file's .debug_str */
	VALUE_STRING_INDEX,   /* of .debug_str_offsets */
	VALUE_LIST_INDEX,     /* of .debug_rnglists or .debug_loclists */
	VALUE_BLOCK,	      /* not looked into */
};

struct value {
	enum value_kind kind;
	uint64_t n;
	const char *text; /* of VALUE_TEXT */
};

/* What the sizes of some forms depend on. */
struct form_sizes {
	uint8_t address, offset; /* bytes */
	uint8_t reference;	 /* of DW_FORM_ref_addr */
};

/* How much a form takes: this many bytes, or, from EXTENT_ULEB on, as the value itself says. */
enum form_extent {
	EXTENT_FIXED_MOST = 16,
	EXTENT_ULEB,
	EXTENT_SLEB,
	EXTENT_TEXT,
	EXTENT_BLOCK,
	EXTENT_BLOCK1,
	EXTENT_BLOCK2,
	EXTENT_BLOCK4,
	EXTENT_INDIRECT,
	EXTENT_UNKNOWN, /* it is no form that we know */
};

struct form {
	uint8_t extent; /* enum form_extent */
	uint8_t kind;	/* enum value_kind */
};

struct form form_of(uint64_t form, const struct form_sizes *sizes);

/* These step over a value. What is malformed makes the cursor bad. Extent and kind are the form's; an implicit value is one
 * that stands in the abbreviation. */
void form_read(struct cursor *c, uint8_t extent, enum value_kind kind, uint64_t implicit, const struct form_sizes *sizes,
	       struct value *v);
void form_skip(struct cursor *c, uint8_t extent, const struct form_sizes *sizes);

#endif
