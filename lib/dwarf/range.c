// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the code of an entry is. */
#include "dwarf/range.h"

#include "dwarf/constants.h"

/* Of a split unit the file that is run: it has the addresses. */
static const struct unit *
home(const struct unit *u)
{
	return u->skeleton ? u->skeleton : u;
}

static void
add(const struct unit *u, uint64_t start, uint64_t end, uint32_t owner, struct spans *to)
{
	const struct debug_file *d = home(u)->file;

	if (start >= d->code_start && end <= d->code_end)
		spans_add(to, start, end, owner);
}

/* The largest address stands for code that the linker left out. */
static uint64_t
address_max(const struct unit *u)
{
	return u->sizes.address == 4 ? UINT32_MAX : UINT64_MAX;
}

/* ---- DWARF 2 to 4: pairs of addresses from a base on; the largest address and a new base; two zeros at the end ---- */

static void
add_pairs(const struct unit *u, uint64_t offset, uint32_t owner, struct spans *to)
{
	struct debug_file *d = home(u)->file;
	struct cursor c = section_cursor(d, DWARF_RANGES, offset);
	uint64_t base = home(u)->low_pc, max = address_max(u);

	while (!c.bad && section_spend(d, DWARF_RANGES, 2 * u->sizes.address)) {
		uint64_t start = cursor_fixed(&c, u->sizes.address), end = cursor_fixed(&c, u->sizes.address);

		if (c.bad || (!start && !end))
			break;
		if (start == max)
			base = end;
		else if (base != max)
			add(u, base + start, base + end, owner, to);
	}
}

/* ---- DWARF 5 ---- */

static bool
indexed(const struct unit *u, struct cursor *c, uint64_t *vaddr)
{
	struct value v = {.kind = VALUE_ADDRESS_INDEX, .n = cursor_uleb(c)};

	return unit_address(u, &v, vaddr);
}

/* An entry of the list: the kind of it has been read. False: it is none. */
static bool
add_entry(const struct unit *u, uint8_t kind, struct cursor *c, uint64_t *base, uint32_t owner, struct spans *to)
{
	uint64_t start = 0, end = 0, max = address_max(u);
	bool good = true;

	switch (kind) {
	case DW_RLE_base_addressx:
		return indexed(u, c, base);
	case DW_RLE_base_address:
		*base = cursor_fixed(c, u->sizes.address);
		return true;
	case DW_RLE_startx_endx:
		good = indexed(u, c, &start) & indexed(u, c, &end);
		break;
	case DW_RLE_startx_length:
		good = indexed(u, c, &start);
		end = start + cursor_uleb(c);
		break;
	case DW_RLE_offset_pair:
		start = *base + cursor_uleb(c);
		end = *base + cursor_uleb(c);
		if (*base == max)
			return true;
		break;
	case DW_RLE_start_end:
		start = cursor_fixed(c, u->sizes.address);
		end = cursor_fixed(c, u->sizes.address);
		break;
	case DW_RLE_start_length:
		start = cursor_fixed(c, u->sizes.address);
		end = start + cursor_uleb(c);
		break;
	default:
		return false;
	}
	if (good && !c->bad && start != max)
		add(u, start, end, owner, to);
	return true;
}

static void
add_list(const struct unit *u, uint64_t offset, uint32_t owner, struct spans *to)
{
	struct cursor c = section_cursor(u->file, DWARF_RNGLISTS, offset);
	uint64_t base = home(u)->low_pc;

	while (!c.bad && section_spend(u->file, DWARF_RNGLISTS, 1)) {
		uint8_t kind = cursor_byte(&c);

		if (kind == DW_RLE_end_of_list || !add_entry(u, kind, &c, &base, owner, to))
			break;
	}
}

/* The offset of the i-th list, by the table of them at the unit's base. */
static bool
list_offset(const struct unit *u, uint64_t i, uint64_t *offset)
{
	struct cursor c = section_cursor(u->file, DWARF_RNGLISTS, u->bases.rnglists);

	if (i >= cursor_left(&c) / u->sizes.offset)
		return false;
	c.at += i * u->sizes.offset;
	*offset = u->bases.rnglists + cursor_fixed(&c, u->sizes.offset);
	return true;
}

static void
add_ranges(const struct unit *u, const struct value *v, uint32_t owner, struct spans *to)
{
	uint64_t offset;

	if (u->version < 5 && v->kind == VALUE_NUMBER)
		add_pairs(u, v->n + (u->skeleton ? u->skeleton->bases.ranges : 0), owner, to);
	else if (v->kind == VALUE_NUMBER)
		add_list(u, v->n, owner, to);
	else if (v->kind == VALUE_LIST_INDEX && list_offset(u, v->n, &offset))
		add_list(u, offset, owner, to);
}

bool
ranges_add(const struct unit *u, const struct value *low, const struct value *high, const struct value *ranges,
	   uint32_t owner, struct spans *to)
{
	uint64_t start, end;

	if (ranges->kind) {
		add_ranges(u, ranges, owner, to);
		return true;
	}
	if (!unit_address(u, low, &start) || !high->kind)
		return false;
	if (high->kind == VALUE_NUMBER)
		end = start + high->n;
	else if (!unit_address(u, high, &end))
		return false;
	add(u, start, end, owner, to);
	return true;
}
