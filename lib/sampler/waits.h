/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits on their way from the kernel to a window: each finds the stack that its thread has left behind. */
#ifndef SAMPLER_WAITS_H
#define SAMPLER_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sampler/kept.h"

struct ended_wait;
struct facts;
struct kernel;
struct sampler_config;
struct window;

/* Those of a window that came one by one: their stacks may come through other rings, which are emptied later. */
struct ended_waits {
	struct ended_wait *all;
	size_t n, cap;
};

struct waits {
	struct ended_waits ended[2]; /* by window */
	struct kept kept;
	struct kept older; /* what `kept` was until the last window: waits that ended since may refer to it */
};

void waits_stack(struct waits *w, const struct sample_message *m); /* one that waits may refer to */

void waits_ended(struct waits *w, const struct sample_message *m); /* one wait */

/* Adds waits that are alike, some time in the window that began at `start`. False: the stack did not come. */
bool waits_add(struct waits *w, struct window *window, const struct sample_key *key, const struct sample_count *count,
	       uint64_t start);

/* Adds the waits of a window that came one by one, once the rings have been emptied. */
void waits_settle(struct waits *w, struct window *window, uint32_t number, struct facts *facts);

/* The recording has ended, and with it whatever threads were doing. on_cpu: the event of what they have run; EVENT_NONE. */
void waits_cut(struct waits *w, struct kernel *kernel, const struct sampler_config *config, uint32_t on_cpu,
	       struct window *window, struct facts *facts, uint64_t end);

/* After a window: forgets stacks that no wait can refer to, once there are many. */
int waits_forget(struct waits *w, struct kernel *kernel, struct err *err);
void waits_free(struct waits *w);

#endif
