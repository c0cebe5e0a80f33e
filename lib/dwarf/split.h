/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units that were split: a skeleton in the file that is run has the addresses and the lines, the rest is in a .dwo file or
 * in a package of them, .dwp. */
#ifndef DWARF_SPLIT_H
#define DWARF_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/table.h"
#include "elf/file.h"

struct debug_file;
struct unit;

/* What a skeleton says of where the rest is. */
struct split {
	const char *name, *directory; /* DW_AT_dwo_name, DW_AT_comp_dir; NULL: not told */
	uint64_t id;
};

/* Opens the file or the package that may have a split unit. The result must stay until all is closed; it may be the same
 * for several. NULL: there is none. */
typedef const struct elf_file *split_opener(void *to, const struct split *split);

struct splits {
	split_opener *open; /* NULL: nothing is opened */
	void *to;
	struct debug_file **files; /* owned; found by `table` */
	size_t n, cap;
	struct table table;
	struct err problem; /* the first file that was refused, and why; "" */
};

/* The unit that a skeleton stands for, or NULL. */
struct unit *splits_find(struct splits *s, struct unit *skeleton);

void splits_free(struct splits *s);

#endif
