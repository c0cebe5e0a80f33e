/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The samples of one window as they came from the kernel, before addresses are resolved. */
#ifndef SAMPLER_WINDOW_H
#define SAMPLER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "bpf/sample.h"

struct raw_sample {
	struct sample_key key;
	uint64_t time;	/* of the first, CLOCK_MONOTONIC ns */
	uint64_t count, value;
	uint64_t runnable; /* of waits: how many ns of them were for a cpu, besides value */
	size_t at;	/* its addresses in the arena: user part leaf first, then kernel part leaf first */
	uint16_t n_user, n_kernel;
	uint32_t end;	/* enum stack_end */
};

struct window {
	bool one_by_one; /* every sample stands alone, with its time */
	struct raw_sample *samples; /* owned, as the arena */
	size_t n, cap;
	uint64_t *arena;
	size_t used, arena_cap;
	struct table by_key;
};

void window_add(struct window *w, const struct sample_message *m); /* one sample and its stack */
bool window_count(struct window *w, const struct sample_key *key, const struct sample_count *count); /* false: unknown key */

/* A sample whose stack (NULL: it has none) was kept from before. */
struct kept_stack;
void window_add_kept(struct window *w, const struct sample_key *key, const struct sample_count *count, uint64_t time,
		     const struct kept_stack *stack, const uint64_t *addresses);
void window_sort(struct window *w); /* by time; the last thing before reading samples */
void window_clear(struct window *w);
void window_free(struct window *w);

#endif
