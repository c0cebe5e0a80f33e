// SPDX-License-Identifier: GPL-2.0-or-later
/* How attributes are written. */
#include "dwarf/form.h"

#include "dwarf/constants.h"

/* Sizes in bytes are as they are; others: */
enum {
	BY_ULEB = 32,
	BY_SLEB,
	BY_TEXT,
	BY_BLOCK,
	BY_BLOCK1,
	BY_BLOCK2,
	BY_BLOCK4,
	BY_ADDRESS,
	BY_OFFSET,
	BY_REFERENCE,
	BY_INDIRECT,
	BY_ABBREVIATION, /* no bytes: the number stands in the abbreviation */
};

static const struct form {
	uint8_t size, kind;
} forms[] = {
	[DW_FORM_addr] = {BY_ADDRESS, VALUE_ADDRESS},
	[DW_FORM_block2] = {BY_BLOCK2, VALUE_BLOCK},
	[DW_FORM_block4] = {BY_BLOCK4, VALUE_BLOCK},
	[DW_FORM_data2] = {2, VALUE_NUMBER},
	[DW_FORM_data4] = {4, VALUE_NUMBER},
	[DW_FORM_data8] = {8, VALUE_NUMBER},
	[DW_FORM_string] = {BY_TEXT, VALUE_TEXT},
	[DW_FORM_block] = {BY_BLOCK, VALUE_BLOCK},
	[DW_FORM_block1] = {BY_BLOCK1, VALUE_BLOCK},
	[DW_FORM_data1] = {1, VALUE_NUMBER},
	[DW_FORM_flag] = {1, VALUE_NUMBER},
	[DW_FORM_sdata] = {BY_SLEB, VALUE_NUMBER},
	[DW_FORM_strp] = {BY_OFFSET, VALUE_STRP},
	[DW_FORM_udata] = {BY_ULEB, VALUE_NUMBER},
	[DW_FORM_ref_addr] = {BY_REFERENCE, VALUE_REFERENCE_INFO},
	[DW_FORM_ref1] = {1, VALUE_REFERENCE},
	[DW_FORM_ref2] = {2, VALUE_REFERENCE},
	[DW_FORM_ref4] = {4, VALUE_REFERENCE},
	[DW_FORM_ref8] = {8, VALUE_REFERENCE},
	[DW_FORM_ref_udata] = {BY_ULEB, VALUE_REFERENCE},
	[DW_FORM_indirect] = {BY_INDIRECT, VALUE_NONE},
	[DW_FORM_sec_offset] = {BY_OFFSET, VALUE_NUMBER},
	[DW_FORM_exprloc] = {BY_BLOCK, VALUE_BLOCK},
	[DW_FORM_flag_present] = {0, VALUE_NUMBER},
	[DW_FORM_strx] = {BY_ULEB, VALUE_STRING_INDEX},
	[DW_FORM_addrx] = {BY_ULEB, VALUE_ADDRESS_INDEX},
	[DW_FORM_ref_sup4] = {4, VALUE_REFERENCE_ALT},
	[DW_FORM_strp_sup] = {BY_OFFSET, VALUE_STRP_ALT},
	[DW_FORM_data16] = {16, VALUE_BLOCK},
	[DW_FORM_line_strp] = {BY_OFFSET, VALUE_LINE_STRP},
	[DW_FORM_ref_sig8] = {8, VALUE_SIGNATURE},
	[DW_FORM_implicit_const] = {BY_ABBREVIATION, VALUE_NUMBER},
	[DW_FORM_loclistx] = {BY_ULEB, VALUE_LIST_INDEX},
	[DW_FORM_rnglistx] = {BY_ULEB, VALUE_LIST_INDEX},
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
	static const struct form address_index = {BY_ULEB, VALUE_ADDRESS_INDEX};
	static const struct form string_index = {BY_ULEB, VALUE_STRING_INDEX};
	static const struct form reference_alt = {BY_OFFSET, VALUE_REFERENCE_ALT};
	static const struct form text_alt = {BY_OFFSET, VALUE_STRP_ALT};

	if (form < sizeof(forms) / sizeof(*forms))
		return forms[form].size || forms[form].kind ? &forms[form] : NULL;
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

int
form_size(uint64_t form, const struct form_sizes *sizes)
{
	const struct form *f = form_of(form);

	if (!f)
		return FORM_UNKNOWN;
	switch (f->size) {
	case BY_ADDRESS:
		return sizes->address;
	case BY_OFFSET:
		return sizes->offset;
	case BY_REFERENCE:
		return sizes->reference;
	case BY_ABBREVIATION:
		return 0;
	default:
		return f->size < BY_ULEB ? f->size : FORM_VARIES;
	}
}

enum form_extent
form_extent(uint64_t form)
{
	const struct form *f = form_of(form);

	switch (f ? f->size : BY_ULEB) {
	case BY_TEXT:
		return EXTENT_TEXT;
	case BY_BLOCK:
		return EXTENT_BLOCK;
	case BY_BLOCK1:
		return EXTENT_BLOCK1;
	case BY_BLOCK2:
		return EXTENT_BLOCK2;
	case BY_BLOCK4:
		return EXTENT_BLOCK4;
	case BY_INDIRECT:
		return EXTENT_INDIRECT;
	default:
		return EXTENT_ULEB;
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
form_skip_extent(struct cursor *c, enum form_extent extent, const struct form_sizes *sizes)
{
	uint64_t form;
	int size;

	switch (extent) {
	case EXTENT_ULEB:
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
		form = indirect_form(c);
		size = form_size(form, sizes);
		if (size >= 0)
			cursor_block(c, (uint64_t)size);
		else
			form_skip_extent(c, form_extent(form), sizes); /* not indirect again */
		break;
	}
}

void
form_read(struct cursor *c, uint64_t form, int64_t implicit, const struct form_sizes *sizes, struct value *v)
{
	const struct form *f;
	int size;

	if (form == DW_FORM_indirect)
		form = indirect_form(c);
	f = form_of(form);
	size = form_size(form, sizes);
	*v = (struct value){.kind = f ? (enum value_kind)f->kind : VALUE_NONE};
	if (!f)
		c->bad = true;
	else if (f->size == BY_ABBREVIATION)
		v->n = (uint64_t)implicit;
	else if (form == DW_FORM_flag_present)
		v->n = 1;
	else if (f->size == BY_ULEB)
		v->n = cursor_uleb(c);
	else if (f->size == BY_SLEB)
		v->n = (uint64_t)cursor_sleb(c);
	else if (f->size == BY_TEXT)
		v->text = read_text(c);
	else if (size >= 0 && size <= 8)
		v->n = cursor_fixed(c, (size_t)size);
	else if (size >= 0)
		cursor_block(c, (uint64_t)size);
	else
		form_skip_extent(c, form_extent(form), sizes);
}
