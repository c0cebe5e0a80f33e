/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules lacked names, and how many samples each cost: a sample counts once for each module that has a frame
 * without a name anywhere in its stack.
 *
 * The modules that a stack lacks names in are a set. A stack's set is its caller's, or that and one module more, so
 * that few sets serve all stacks. Set 0 is empty. */
#ifndef SYM_MISSING_H
#define SYM_MISSING_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

struct missing {
	struct missing_set *sets; /* owned; [0] is the empty one */
	size_t n, cap;
	struct table table;
};

uint32_t missing_with(struct missing *m, uint32_t set, uint32_t module);
void missing_count(struct missing *m, uint32_t set, uint64_t samples);

/* Adds each module's samples to sums[module]. */
void missing_sum(const struct missing *m, uint64_t *sums);

void missing_free(struct missing *m);

#endif
