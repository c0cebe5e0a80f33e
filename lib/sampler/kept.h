/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks that threads have left behind to wait: they come when a wait begins, and are needed when it ends, which may be
 * many windows later. */
#ifndef SAMPLER_KEPT_H
#define SAMPLER_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "bpf/sample.h"

struct kept_stack {
	struct stack_id id;
	uint64_t time; /* when it was taken, the first time, CLOCK_MONOTONIC ns */
	size_t at; /* its addresses in the arena: user part leaf first, then kernel part leaf first */
	uint16_t n_user, n_kernel, end;
};

struct kept {
	struct kept_stack *all; /* owned, as the arena */
	size_t n, cap;
	uint64_t *arena;
	size_t used, arena_cap;
	struct table by_id;
};

void kept_add(struct kept *k, const struct sample_message *m); /* copies its stack, unless there is one with this id */
const struct kept_stack *kept_find(const struct kept *k, const struct sample_key *key); /* or NULL; valid until one is added */
bool kept_is_full(const struct kept *k); /* time to forget what no wait refers to */

/* Moves the stack of a wait to another, empty store; then that takes its place. */
void kept_move(struct kept *to, const struct kept *from, const struct sample_key *key);
void kept_free(struct kept *k);

#endif
