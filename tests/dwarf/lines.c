// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows the line tables of a file, one after the other, as they are in .debug_line:
 *
 *	lines [--split] FILE		0x401136 /src/names.c:12, a line where each row begins; "0x401170 end" after a sequence */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dwarf/line.h"
#include "dwarf/sections.h"

static void
show(struct line_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct line_row *row = &t->rows[i];
		const char *path;

		if (i + 1 < t->n && row[1].vaddr == row->vaddr)
			continue; /* another sequence goes on there */
		if (!line_find(t, row->vaddr)) {
			printf("0x%" PRIx64 " end\n", row->vaddr);
			continue;
		}
		path = line_path(t, row->file);
		printf("0x%" PRIx64 " %s:%" PRIu32 "\n", row->vaddr, path ? path : "?", row->line);
	}
}

static struct cursor
section(struct dwarf_sections *s, enum dwarf_section which)
{
	const struct dwarf_bytes *b = sections_get(s, which);

	return (struct cursor){b->at, b->at + b->size, false};
}

int
main(int argc, char **argv)
{
	bool split = argc > 2 && !strcmp(argv[1], "--split");
	struct dwarf_sections sections;
	struct line_input input = {.address_size = 8};
	struct err err = {0};
	struct elf_file *f = elf_open(argv[argc - 1], &err);

	if (argc < 2 || !f) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	sections_init(&sections, f, split);
	input.table = section(&sections, DWARF_LINE);
	input.strings = section(&sections, DWARF_STR);
	input.line_strings = section(&sections, DWARF_LINE_STR);
	while (!err.text[0] && cursor_left(&input.table) > 4) {
		struct cursor next = input.table;
		uint64_t length = cursor_fixed(&next, 4);
		struct line_table t;

		cursor_block(&next, length == UINT32_MAX ? cursor_fixed(&next, 8) : length);
		if (!line_table_read(&t, &input, &err))
			show(&t);
		line_table_free(&t);
		input.table = next;
	}
	if (err.text[0] || sections.problem.text[0])
		fprintf(stderr, "%s%s\n", err.text, sections.problem.text);
	sections_free(&sections);
	elf_close(f);
	return err.text[0] ? 1 : 0;
}
