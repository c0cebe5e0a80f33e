/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line table of one unit (DWARF 2 to 5, .debug_line), decoded once: which line of which source file each
 * instruction comes from. */
#ifndef DWARF_LINE_H
#define DWARF_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

/* What the table refers to, and what the unit's own entry says. */
struct line_input {
	struct cursor table;	  /* .debug_line from the unit's DW_AT_stmt_list on */
	struct cursor strings;	  /* .debug_str */
	struct cursor line_strings; /* .debug_line_str */
	const char *directory;	  /* DW_AT_comp_dir; NULL */
	const char *name;	  /* DW_AT_name; NULL */
	uint8_t address_size;
	bool all_rows; /* also those that say what the one before them says, and several of one address */
};

struct line_row {
	uint64_t vaddr;
	uint32_t file : 31; /* as DW_LNS_set_file has it */
	uint32_t begins : 1; /* a statement begins here, it is said */
	uint32_t line; /* 0: none (made by the compiler), or the end of a sequence */
};

struct line_file {
	const char *name;      /* in a section */
	const char *directory; /* the same; NULL: none */
	char *path;	       /* made by line_path(); owned */
};

struct line_table {
	struct line_row *rows; /* ascending; where sequences overlap the one that starts later counts; owned */
	size_t n, cap;
	struct line_file *files; /* by number, as line_row.file and DW_AT_call_file have it; owned */
	size_t n_files, cap_files;
	const char *directory; /* of the unit */
};

/* -1: the table is malformed, and *err says where; what was good before that is there. */
int line_table_read(struct line_table *t, const struct line_input *input, struct err *err);

/* Whether the row is the end of a sequence: the first address after it. */
bool line_is_end(const struct line_row *row);

/* The row that holds a vaddr; NULL: none does. */
const struct line_row *line_find(const struct line_table *t, uint64_t vaddr);

/* The path of a file, made absolute by its directory and the unit's as far as these are known, without "." and "..";
 * NULL: there is no such file. Lives as long as the table. */
const char *line_path(struct line_table *t, uint64_t file);

void line_table_free(struct line_table *t);

#endif
