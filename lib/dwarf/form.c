// SPDX-License-Identifier: GPL-2.0-or-later
/* How attributes are written. */
#include "dwarf/form.h"

#include "dwarf/constants.h"

/* Extents that depend on the unit; they are not seen outside. */
enum { BY_ADDRESS = EXTENT_UNKNOWN + 1, BY_OFFSET, BY_REFERENCE, BY_ABBREVIATION /* no bytes: the number stands there */ };

static const struct form {
	uint8_t extent, kind;
} forms[] = {
	[DW_FORM_addr] = {BY_ADDRESS, VALUE_ADDRESS},
	[DW_FORM_block2] = {EXTENT_BLOCK2, VALUE_BLOCK},
	[DW_FORM_block4] = {EXTENT_BLOCK4, VALUE_BLOCK},
	[DW_FORM_data2] = {2, VALUE_NUMBER},
	[DW_FORM_data4] = {4, VALUE_NUMBER},
	[DW_FORM_data8] = {8, VALUE_NUMBER},
	[DW_FORM_string] = {EXTENT_TEXT, VALUE_TEXT},
	[DW_FORM_block] = {EXTENT_BLOCK, VALUE_BLOCK},
	[DW_FORM_block1] = {EXTENT_BLOCK1, VALUE_BLOCK},
	[DW_FORM_data1] = {1, VALUE_NUMBER},
	[DW_FORM_flag] = {1, VALUE_NUMBER},
	[DW_FORM_sdata] = {EXTENT_SLEB, VALUE_NUMBER},
	[DW_FORM_strp] = {BY_OFFSET, VALUE_STRP},
	[DW_FORM_udata] = {EXTENT_ULEB, VALUE_NUMBER},
	[DW_FORM_ref_addr] = {BY_REFERENCE, VALUE_REFERENCE_INFO},
	[DW_FORM_ref1] = {1, VALUE_REFERENCE},
	[DW_FORM_ref2] = {2, VALUE_REFERENCE},
	[DW_FORM_ref4] = {4, VALUE_REFERENCE},
	[DW_FORM_ref8] = {8, VALUE_REFERENCE},
	[DW_FORM_ref_udata] = {EXTENT_ULEB, VALUE_REFERENCE},
	[DW_FORM_indirect] = {EXTENT_INDIRECT, VALUE_NONE},
	[DW_FORM_sec_offset] = {BY_OFFSET, VALUE_NUMBER},
	[DW_FORM_exprloc] = {EXTENT_BLOCK, VALUE_BLOCK},
	[DW_FORM_flag_present] = {0, VALUE_NUMBER},
	[DW_FORM_strx] = {EXTENT_ULEB, VALUE_STRING_INDEX},
	[DW_FORM_addrx] = {EXTENT_ULEB, VALUE_ADDRESS_INDEX},
	[DW_FORM_ref_sup4] = {4, VALUE_REFERENCE_ALT},
	[DW_FORM_strp_sup] = {BY_OFFSET, VALUE_STRP_ALT},
	[DW_FORM_data16] = {16, VALUE_BLOCK},
	[DW_FORM_line_strp] = {BY_OFFSET, VALUE_LINE_STRP},
	[DW_FORM_ref_sig8] = {8, VALUE_SIGNATURE},
	[DW_FORM_implicit_const] = {BY_ABBREVIATION, VALUE_NUMBER},
	[DW_FORM_loclistx] = {EXTENT_ULEB, VALUE_LIST_INDEX},
	[DW_FORM_rnglistx] = {EXTENT_ULEB, VALUE_LIST_INDEX},
	[DW_FORM_ref_sup8] = {8, VALUE_REFERENCE_ALT},
	[DW_FORM_strx1] = {1, VALUE_STRING_INDEX},
	[DW_FORM_strx2] = {2, VALUE_STRING_INDEX},
	[DW_FORM_strx3] = {3, VALUE_STRING_INDEX},
	[DW_FORM_strx4] = {4, VALUE_STRING_INDEX},
	[DW_FORM_addrx1] = {1, VALUE_ADDRESS_INDEX},
	[DW_FORM_addrx2] = {2, VALUE_ADDRESS_INDEX},
	[DW_FORM_addrx3] = {3, VALUE_ADDRESS_INDEX},
	[DW_FORM_addrx4] = {4, VALUE_ADDRESS_INDEX},
};

/* NULL: it is not known. */
static const struct form *
form_of(uint64_t form)
{
	static const struct form address_index = {EXTENT_ULEB, VALUE_ADDRESS_INDEX};
	static const struct form string_index = {EXTENT_ULEB, VALUE_STRING_INDEX};
	static const struct form reference_alt = {BY_OFFSET, VALUE_REFERENCE_ALT};
	static const struct form text_alt = {BY_OFFSET, VALUE_STRP_ALT};

	if (form < sizeof(forms) / sizeof(*forms))
		return forms[form].extent || forms[form].kind ? &forms[form] : NULL;
	switch (form) {
	case DW_FORM_GNU_addr_index:
		return &address_index;
	case DW_FORM_GNU_str_index:
		return &string_index;
	case DW_FORM_GNU_ref_alt:
		return &reference_alt;
	case DW_FORM_GNU_strp_alt:
		return &text_alt;
	default:
		return NULL;
	}
}

uint8_t
form_extent(uint64_t form, const struct form_sizes *sizes)
{
	const struct form *f = form_of(form);

	if (!f)
		return EXTENT_UNKNOWN;
	switch (f->extent) {
	case BY_ADDRESS:
		return sizes->address;
	case BY_OFFSET:
		return sizes->offset;
	case BY_REFERENCE:
		return sizes->reference;
	case BY_ABBREVIATION:
		return 0;
	default:
		return f->extent;
	}
}

/* The NUL-terminated text at the cursor. */
static const char *
read_text(struct cursor *c)
{
	const uint8_t *text = c->at, *nul = c->at < c->end ? memchr(c->at, 0, cursor_left(c)) : NULL;

	if (!nul) {
		c->at = c->end;
		c->bad = true;
		return NULL;
	}
	c->at = nul + 1;
	return (const char *)text;
}

/* A form within the value stands in front of it; one that says so again is good for nothing but endless loops. */
static uint64_t
indirect_form(struct cursor *c)
{
	uint64_t form = cursor_uleb(c);

	if (form == DW_FORM_indirect || form == DW_FORM_implicit_const || !form_of(form)) {
		c->bad = true;
		return DW_FORM_flag_present;
	}
	return form;
}

void
form_skip(struct cursor *c, uint8_t extent, const struct form_sizes *sizes)
{
	switch (extent) {
	case EXTENT_ULEB:
	case EXTENT_SLEB:
		cursor_uleb(c);
		break;
	case EXTENT_TEXT:
		read_text(c);
		break;
	case EXTENT_BLOCK:
		cursor_block(c, cursor_uleb(c));
		break;
	case EXTENT_BLOCK1:
		cursor_block(c, cursor_byte(c));
		break;
	case EXTENT_BLOCK2:
		cursor_block(c, cursor_fixed(c, 2));
		break;
	case EXTENT_BLOCK4:
		cursor_block(c, cursor_fixed(c, 4));
		break;
	case EXTENT_INDIRECT:
		form_skip(c, form_extent(indirect_form(c), sizes), sizes); /* not indirect again */
		break;
	case EXTENT_UNKNOWN:
		c->bad = true;
		break;
	default:
		cursor_block(c, extent);
		break;
	}
}

void
form_read(struct cursor *c, uint64_t form, int64_t implicit, const struct form_sizes *sizes, struct value *v)
{
	const struct form *f;
	uint8_t extent;

	if (form == DW_FORM_indirect)
		form = indirect_form(c);
	f = form_of(form);
	extent = form_extent(form, sizes);
	*v = (struct value){.kind = f ? (enum value_kind)f->kind : VALUE_NONE};
	if (form == DW_FORM_implicit_const)
		v->n = (uint64_t)implicit;
	else if (form == DW_FORM_flag_present)
		v->n = 1;
	else if (extent <= 8)
		v->n = cursor_fixed(c, extent);
	else if (extent == EXTENT_ULEB)
		v->n = cursor_uleb(c);
	else if (extent == EXTENT_SLEB)
		v->n = (uint64_t)cursor_sleb(c);
	else if (extent == EXTENT_TEXT)
		v->text = read_text(c);
	else
		form_skip(c, extent, sizes);
}
