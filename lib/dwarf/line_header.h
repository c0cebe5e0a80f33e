/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before a line table's program. Private to lib/dwarf/line*.c. */
#ifndef DWARF_LINE_HEADER_H
#define DWARF_LINE_HEADER_H

#include <stdint.h>

#include "base/cursor.h"
#include "dwarf/line.h"

/* The fields have the names that the DWARF standard gives them (6.2.4). */
struct line_header {
	uint16_t version;
	uint8_t address_size, min_instruction, max_operations, line_range, opcode_base;
	int8_t line_base;
	const uint8_t *operands; /* how many numbers each standard opcode takes, from opcode 1 on */
	struct cursor program;
};

/* Reads it with its files, which go to t->files. -1: *err says what is wrong. */
int line_header_read(struct line_header *h, struct line_table *t, const struct line_input *input, struct err *err);

/* Adds a file that a header or a program defines. A name outside of every section is NULL. */
void line_file_add(struct line_table *t, const char *name, const char *directory);

#endif
