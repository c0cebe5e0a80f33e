// SPDX-License-Identifier: GPL-2.0-or-later
/* How many samples lack names. */
#include "cmd/symbolize_lacks.h"

#include <stdlib.h>

#include "base/alloc.h"

void
lacks_count(struct lacks *l, uint32_t stack, uint64_t samples)
{
	while (l->n <= stack) {
		GROW(l->counts, l->n, l->cap);
		l->counts[l->n++] = 0;
	}
	l->counts[stack] += samples;
}

/* What a stack lacks is what its caller's lacks, and perhaps its own frame. */
void
lacks_settle(struct lacks *l, const struct dict *d, uint32_t (*subject)(void *to, uint32_t frame), void *to)
{
	uint32_t *sets = xreallocarray(NULL, l->n + 1, sizeof(*sets));

	for (size_t i = 0; i < l->n; i++) {
		const struct dict_stack *stack = &d->stacks[i];
		uint32_t set = stack->parent == DICT_NONE ? 0 : sets[stack->parent], lacking = subject(to, stack->frame);

		sets[i] = lacking == DICT_NONE ? set : missing_with(&l->missing, set, lacking);
		missing_count(&l->missing, sets[i], l->counts[i]);
	}
	l->n = 0;
	free(sets);
}
