/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which code lies where, told piece by piece: what is told later replaces what it covers of the earlier, and leaves the rest.
 *
 * Ranges are kept in runs, each sorted and without overlaps. A new range is a run of its own, and runs of like size become
 * one, so that n of them take n log n steps in whatever order they come, and a look-up is a few binary searches. */
#ifndef SYM_CODE_RANGES_H
#define SYM_CODE_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct code_range {
	uint64_t start; /* address */
	uint64_t at;	/* whatever the caller knows it by */
	uint32_t size;	/* bytes, more than 0 */
	uint32_t into;	/* bytes of what was told that lie before start */
};

enum { CODE_RUNS_MAX = 64 };

struct code_ranges {
	struct code_range *all; /* owned; run after run, the oldest first */
	size_t n, cap;
	size_t runs[CODE_RUNS_MAX]; /* where each begins */
	size_t n_runs;
	struct code_range *scratch; /* owned */
	size_t scratch_cap;
};

/* `size` is cut to what 32 bits hold and to the end of the address space; with 0 there is nothing to put. */
void code_ranges_put(struct code_ranges *r, uint64_t start, uint64_t size, uint64_t at);

/* What holds an address, or NULL; valid until the next call of another function. */
const struct code_range *code_ranges_find(const struct code_ranges *r, uint64_t address);

void code_ranges_clear(struct code_ranges *r); /* also gives the memory back */

#endif
