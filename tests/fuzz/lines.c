// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes line tables (scripts/fuzz lines). The first byte says how many, in 16 bytes, are the strings that the table refers
 * to; the rest is the table. */
// rooms: dwarf elf base
// libs: -lz -ldeflate -lzstd -llzma
#include <stdlib.h>

#include "dwarf/line.h"
#include "tests/fuzz/demand.h"

static void
check(struct line_table *t, size_t size)
{
	demand(t->n <= 2 * size + 2 && t->n_files <= size + 2);
	for (size_t i = 0; i < t->n; i++) {
		const struct line_row *row = &t->rows[i], *found = line_find(t, row->vaddr);

		demand(!i || row[-1].vaddr <= row->vaddr);
		demand(!found || found->vaddr == row->vaddr);
		if (found)
			line_path(t, found->file);
	}
	for (uint64_t i = 0; i < t->n_files + 2; i++) {
		const char *path = line_path(t, i);

		demand(!path || (*path && strlen(path) < 8192 && !strstr(path, "//") && path == line_path(t, i)));
	}
	line_find(t, 0);
	line_find(t, UINT64_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_input input = {.directory = "/src/./x/..", .name = "a.c", .address_size = 8};
	struct line_table t;
	struct err err = {0};
	uint8_t *copy = malloc(size + 1);
	size_t strings;

	demand(copy);
	memcpy(copy, data, size);
	strings = size ? (size_t)copy[0] * 16 : 0;
	if (strings + 1 <= size) {
		input.line_strings = input.strings = (struct cursor){copy + 1, copy + 1 + strings, false};
		input.table = (struct cursor){copy + 1 + strings, copy + size, false};
	}
	demand(!line_table_read(&t, &input, &err) || err.text[0]);
	check(&t, size);
	line_table_free(&t);
	free(copy);
	return 0;
}
