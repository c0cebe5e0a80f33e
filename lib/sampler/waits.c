// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits on their way from the kernel to a window. */
#include "sampler/waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sampler/events.h"
#include "sampler/fates.h"
#include "sampler/kernel.h"
#include "sampler/window.h"

void
waits_stack(struct waits *w, const struct sample_message *m)
{
	kept_add(&w->kept, m);
}

struct ended_wait {
	struct sample_key key;
	struct sample_count count;
	uint64_t time;
};

void
waits_ended(struct waits *w, const struct sample_message *m)
{
	struct ended_waits *e = &w->ended[m->window & 1];

	GROW(e->all, e->n, e->cap);
	e->all[e->n++] = (struct ended_wait){m->key, {1, m->value, m->runnable}, m->time};
}

/* A time of 0: that at which the stack was taken, since its addresses are looked up among the mappings of that moment; where
 * that was earlier, the window's start. */
static bool
add(struct waits *w, struct window *window, const struct sample_key *key, const struct sample_count *count, uint64_t time,
    uint64_t start)
{
	const struct kept *in = &w->older;
	const struct kept_stack *stack = key->stack ? kept_find(in, key) : NULL;

	if (key->stack && !stack) {
		in = &w->kept;
		stack = kept_find(in, key);
		if (!stack)
			return false;
	}
	if (!time)
		time = stack && stack->time > start ? stack->time : start;
	window_add_kept(window, key, count, time, stack, stack ? in->arena + stack->at : NULL);
	return true;
}

bool
waits_add(struct waits *w, struct window *window, const struct sample_key *key, const struct sample_count *count, uint64_t start)
{
	return add(w, window, key, count, 0, start);
}

void
waits_settle(struct waits *w, struct window *window, uint32_t number, struct facts *facts)
{
	struct ended_waits *e = &w->ended[number & 1];

	for (size_t i = 0; i < e->n; i++) {
		const struct ended_wait *one = &e->all[i];

		if (!add(w, window, &one->key, &one->count, one->time, 0))
			facts_lose(facts, one->key.event, FATE_NO_STACK, one->key.cpu, 1);
	}
	e->n = 0;
}

/* ---- the end of the recording ---- */

struct cut {
	struct waits *waits;
	const struct sampler_config *config;
	uint32_t on_cpu;
	struct window *window;
	struct facts *facts;
	uint64_t end;
};

static bool
is_asked_for(const struct sampler_config *c, uint64_t waited)
{
	return waited >= c->min_block && (!c->max_block || waited <= c->max_block);
}

static void
note_waker(struct sample_key *key, const struct wait *w)
{
	key->woken = (uint16_t)w->woken_by;
	if (w->woken_by != WAKER_TASK)
		return;
	key->waker_pid = w->waker_pid;
	key->waker_tid = w->waker_tid;
	memcpy(key->waker, w->waker, sizeof(key->waker));
}

/* Up to the end a wait is one like others. */
static void
cut_wait(const struct cut *c, const struct wait *w)
{
	uint64_t waited = c->end - w->since;
	struct sample_key key = w->key;
	struct sample_count count = {.count = 1, .value = waited};
	uint32_t fate = w->fate;

	if (w->key.state == WAIT_RUNNABLE)
		count.value = 0;
	else if (w->woken >= w->since && w->woken < c->end) {
		count.value = w->woken - w->since;
		note_waker(&key, w);
	}
	count.runnable = waited - count.value;
	if (fate == FATE_DELIVERED && !is_asked_for(c->config, waited))
		fate = FATE_BLOCK;
	if (fate == FATE_DELIVERED && !add(c->waits, c->window, &key, &count, c->end, 0))
		fate = FATE_NO_STACK;
	facts_fired(c->facts, w->key.event, fate, w->key.cpu);
}

/* What a thread has run since its last sample. */
static void
cut_run(const struct cut *c, const struct wait *w)
{
	struct sample_count count = {.count = 1, .value = w->owed};
	struct sample_key key = w->key;

	if (!w->since && w->counted < c->end)
		count.value += c->end - w->counted;
	if (!count.value)
		return;
	key.event = c->on_cpu;
	key.state = WAIT_UNSAMPLED;
	key.stack = key.woken = 0;
	window_add_kept(c->window, &key, &count, c->end, NULL, NULL);
	facts_fired(c->facts, key.event, FATE_DELIVERED, key.cpu);
}

static void
cut(void *context, const struct wait *w)
{
	const struct cut *c = context;

	if (w->is_unwanted)
		return;
	if (w->since && w->since < c->end)
		cut_wait(c, w);
	if (c->on_cpu != EVENT_NONE)
		cut_run(c, w);
}

void
waits_cut(struct waits *w, struct kernel *kernel, const struct sampler_config *config, uint32_t on_cpu, struct window *window,
	  struct facts *facts, uint64_t end)
{
	struct cut c = {w, config, on_cpu, window, facts, end};

	kernel_waits(kernel, cut, &c);
}

/* ---- forgetting ---- */

static void
keep(void *context, const struct wait *wait)
{
	struct waits *w = context;

	if (wait->since)
		kept_move(&w->kept, &w->older, &wait->key);
}

/* From the new round on the kernel's side sends what it needs again, so that to find the stacks of waits that began before it
 * is enough. Such a wait may also have ended since the window did: for the next one the old stacks are still here. */
int
waits_forget(struct waits *w, struct kernel *kernel, struct err *err)
{
	kept_free(&w->older);
	if (!kept_is_full(&w->kept))
		return 0;
	if (kernel_new_round(kernel, err))
		return -1;
	w->older = w->kept;
	w->kept = (struct kept){0};
	kernel_waits(kernel, keep, w);
	return kernel_forget_stacks(kernel, err);
}

void
waits_free(struct waits *w)
{
	kept_free(&w->kept);
	kept_free(&w->older);
	free(w->ended[0].all);
	free(w->ended[1].all);
}
