// SPDX-License-Identifier: GPL-2.0-or-later
/* How attributes are written. */
#include "dwarf/form.h"

#include "dwarf/constants.h"

/* Extents that depend on the unit; they are not seen outside. */
enum { BY_ADDRESS = EXTENT_UNKNOWN + 1, BY_OFFSET, BY_REFERENCE, BY_ABBREVIATION /* no bytes: the number stands there */ };

static const struct form forms[] = {
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

static const struct form further[] = {
	[DW_FORM_GNU_addr_index & 0xff] = {EXTENT_ULEB, VALUE_ADDRESS_INDEX},
	[DW_FORM_GNU_str_index & 0xff] = {EXTENT_ULEB, VALUE_STRING_INDEX},
	[DW_FORM_GNU_ref_alt & 0xff] = {BY_OFFSET, VALUE_REFERENCE_ALT},
	[DW_FORM_GNU_strp_alt & 0xff] = {BY_OFFSET, VALUE_STRP_ALT},
};

struct form
form_of(uint64_t form, const struct form_sizes *sizes)
{
	enum { FURTHER = DW_FORM_GNU_addr_index & ~0xff };
	struct form f = {0};

	if (form < sizeof(forms) / sizeof(*forms))
		f = forms[form];
	else if (form >= FURTHER && form - FURTHER < sizeof(further) / sizeof(*further))
		f = further[form - FURTHER];
	if (!f.kind && f.extent != EXTENT_INDIRECT)
		f.extent = EXTENT_UNKNOWN;
	else if (f.extent == BY_ADDRESS)
		f.extent = sizes->address;
	else if (f.extent == BY_OFFSET)
		f.extent = sizes->offset;
	else if (f.extent == BY_REFERENCE)
		f.extent = sizes->reference;
	else if (f.extent == BY_ABBREVIATION)
		f.extent = 0;
	return f;
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
static struct form
indirect_form(struct cursor *c, const struct form_sizes *sizes)
{
	uint64_t form = cursor_uleb(c);

	if (form == DW_FORM_indirect || form == DW_FORM_implicit_const)
		return (struct form){EXTENT_UNKNOWN, VALUE_NONE};
	return form_of(form, sizes);
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
		form_skip(c, indirect_form(c, sizes).extent, sizes); /* not indirect again */
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
form_read(struct cursor *c, uint8_t extent, enum value_kind kind, uint64_t implicit, const struct form_sizes *sizes,
	  struct value *v)
{
	if (extent == EXTENT_INDIRECT) {
		struct form f = indirect_form(c, sizes);

		extent = f.extent;
		kind = (enum value_kind)f.kind;
		implicit = 1; /* of DW_FORM_flag_present */
	}
	*v = (struct value){.kind = kind};
	if (!extent)
		v->n = implicit;
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
