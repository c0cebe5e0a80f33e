/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unwind table of one binary, made from its .eh_frame (or .debug_frame): see bpf/unwind.h for what is in it. */
#ifndef UNWIND_TABLE_H
#define UNWIND_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/unwind.h"
#include "elf/file.h"

struct unwind_table {
	uint8_t *image;	     /* owned; n_chunks * UNWIND_CHUNK bytes: first the entries, then the rules, then the rows */
	uint32_t n_chunks;
	uint32_t rules;	     /* chunk where the rules begin */
	uint32_t base;	     /* page of the file that entry 0 is for */
	uint32_t n_entries;  /* pages from there on */
	uint32_t n_rules;    /* rule 0 is UNWIND_NONE */
	uint64_t n_rows;     /* changes of rule as the file tells them, before they were cut into pages */
	uint64_t skipped;    /* descriptions (FDEs) left out because they are malformed or lie outside of all code */
	uint64_t unsupported; /* rows that became UNWIND_UNSUPPORTED */
};

/* Makes the table. 0; -1 with the reason in *err when there is nothing to make it from: no section, or one that is
 * malformed from the start. What is good up to a malformed place is kept, and the rest is counted in `skipped`. */
int unwind_build(const struct elf_file *f, struct unwind_table *t, struct err *err);

void unwind_free(struct unwind_table *t);

/* What of a file decides upon its table, besides the build-id: tables are by offset in the file, patchelf(1) and BOLT move
 * the code, strip(1) takes .debug_frame away, and all of them leave the build-id. */
uint64_t unwind_layout(const struct elf_file *f);

/* The rule at a file offset; a rule of kind UNWIND_NONE where there is none. What the program in the kernel finds. */
const struct unwind_rule *unwind_find(const struct unwind_table *t, uint64_t offset);

/* NULL when an image that came from outside can be used: all that it refers to is inside; else what is wrong. */
const char *unwind_check(const struct unwind_table *t);

#endif
