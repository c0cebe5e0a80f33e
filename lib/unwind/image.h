/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a table's image: rows in ascending order, cut into pages. */
#ifndef UNWIND_IMAGE_H
#define UNWIND_IMAGE_H

#include "unwind/rules.h"
#include "unwind/table.h"

struct image {
	struct unwind_entry *entries; /* owned; for the pages from `base` on */
	uint32_t base, n_entries;
	struct unwind_row *rows; /* owned; whole chunks */
	size_t n, cap;		 /* rows, those left free at the end of a chunk included */
	struct unwind_row page[UNWIND_PAGE];
	uint32_t at, n_page; /* the page being filled, and its rows */
	uint16_t rule;	     /* after the last row */
	uint16_t next;	     /* from `offset` on; not yet a row, as another may come for the same place */
	uint64_t offset;
	uint64_t n_rows, unsupported;
};

/* For code from `start` up to `end`, which are offsets in the file. */
void image_begin(struct image *i, uint64_t start, uint64_t end);

/* From here on this rule holds. Of several for one place the last counts; a rule that holds already is no row. */
void image_row(struct image *i, uint64_t offset, uint16_t rule);

/* Puts all into one piece and releases what was needed until then. -1: it is larger than a table can be. */
int image_end(struct image *i, const struct rules *rules, struct unwind_table *t);

#endif
