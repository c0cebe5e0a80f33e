// SPDX-License-Identifier: GPL-2.0-or-later
/* The line table of a unit, by what its root says. */
#include "base/alloc.h"
#include "base/err.h"
#include "dwarf/constants.h"
#include "dwarf/line.h"
#include "dwarf/unit.h"

/* The bytes of the table at the cursor, by its length. */
static size_t
table_size(struct cursor c)
{
	uint64_t length = cursor_fixed(&c, 4);

	return length < cursor_left(&c) ? (size_t)length : cursor_left(&c);
}

int
unit_lines_read(struct unit *u, bool all_rows, struct line_table *t, struct err *err)
{
	static const uint16_t names[] = {DW_AT_name, DW_AT_comp_dir};
	struct line_input input = {.all_rows = all_rows, .address_size = u->sizes.address};
	struct value v[2];

	*t = (struct line_table){0};
	unit_root(u);
	unit_root_entry(u, names, v, 2);
	input.name = unit_string(u, &v[0]);
	input.directory = unit_string(u, &v[1]);
	input.strings = section_cursor(u->file, DWARF_STR, 0);
	input.line_strings = section_cursor(u->file, DWARF_LINE_STR, 0);
	if (u->has_lines)
		input.table = section_cursor(u->file, DWARF_LINE, u->lines);
	if (!u->has_lines || !section_spend(u->file, DWARF_LINE, table_size(input.table)))
		return 0;
	return line_table_read(t, &input, err);
}

struct line_table *
unit_lines(struct unit *u)
{
	struct err problem;

	if (!u->table && u->has_lines) {
		u->table = xcalloc(1, sizeof(*u->table));
		unit_lines_read(u, false, u->table, &problem);
	}
	return u->table;
}
