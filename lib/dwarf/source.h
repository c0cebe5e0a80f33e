/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the code of a source line is, by DWARF's line tables. */
#ifndef DWARF_SOURCE_H
#define DWARF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/file.h"

struct line_places {
	uint64_t *vaddrs; /* owned; ascending, each once: where the line's statements begin */
	size_t n, cap;
	uint64_t line; /* the line that has code: the one that was asked for, or the nearest after it */
	uint64_t last; /* if none has: the last line of the file that has; 0: no such file was compiled into this one */
};

/* Whether the file has line tables; with them it is the one to ask, else its debug file. */
bool lines_has(const struct elf_file *f);

/* `source` is the end of a path: "file.c" or "dir/file.c". -1: the tables cannot be read. Finding nothing is no error.
 * An address must be in `code`'s executable segments: that of functions which the linker has left out is not. */
int lines_find(const struct elf_file *f, const struct elf_file *code, const char *source, uint64_t line, struct line_places *places,
	       struct err *err);

void line_places_free(struct line_places *places);

#endif
