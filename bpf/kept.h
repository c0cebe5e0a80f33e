/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks that threads leave behind to wait: each goes to user space once, which keeps it. Part of sample.bpf.c. */
#ifndef BPF_KEPT_H
#define BPF_KEPT_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "again.h"
#include "count.h"

enum { OWN_FRAME = 1 }; /* the program's, which is not the same in each place where it asks for the stack */

volatile __u32 stacks_round = 1; /* stacks that were sent in an earlier round are not kept any more */

/* Stacks that user space keeps, with their round. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set by lib/sampler */
	__type(key, struct stack_id);
	__type(value, __u32);
} stacks SEC(".maps");

static __always_inline bool
is_kept(const struct sample_message *m, __u32 round)
{
	struct stack_id id = {.stack = m->key.stack, .pid = m->key.pid, .exec = m->key.exec};
	__u32 *kept = bpf_map_lookup_elem(&stacks, &id);

	return kept && *kept == round;
}

/* Makes sure that user space has the stack. */
static __always_inline enum fate
keep_stack(struct sample_message *m, __u32 round)
{
	struct stack_id id = {.stack = m->key.stack, .pid = m->key.pid, .exec = m->key.exec};
	enum fate fate;

	if (is_kept(m, round))
		return FATE_DELIVERED;
	m->kind = MESSAGE_STACK;
	fate = send(m);
	if (fate == FATE_DELIVERED)
		bpf_map_update_elem(&stacks, &id, &round, BPF_ANY);
	return fate;
}

/* Without the user part's addresses, which are as they were: good as long as nobody asks for them. */
static __always_inline bool
take_kernel_alone(void *ctx, struct sample_message *m, const struct memory *r)
{
	m->n_user = r->n_user;
	m->n_kernel = 0;
	m->end = r->end;
	m->key.stack = r->user_hash;
	if (with_kernel)
		take_kernel(ctx, NULL, m, 0, OWN_FRAME);
	finish_hash(m);
	return is_kept(m, r->round);
}

/* The stack of a thread that has been here before. FATE_FIRED: it is another one, or has to be sent again. */
static __always_inline enum fate
take_known(void *ctx, struct sample_message *m, struct memory *r, struct leaving *t, __u32 level)
{
	if (r->round != stacks_round || !is_same_place(r, &m->key, t) || !is_same_user(level))
		return FATE_FIRED;
	if (!with_kernel || is_same_kernel(level)) {
		m->key.stack = r->stack;
		return FATE_DELIVERED;
	}
	if (!take_kernel_alone(ctx, m, r))
		return FATE_FIRED;
	if (r->stack == m->key.stack)
		remember_kernel(level);
	else
		r->knows_kernel = false;
	r->stack = m->key.stack;
	return FATE_DELIVERED;
}

static __always_inline enum fate
take_anew(void *ctx, struct sample_message *m, struct memory *r, struct leaving *t, __u32 level)
{
	__u32 round = stacks_round;
	enum fate fate;

	take_stacks(ctx, NULL, level, m, 0, OWN_FRAME);
	fate = keep_stack(m, round);
	if (r && t)
		remember_stack(r, m, t, level, fate == FATE_DELIVERED ? round : 0);
	return fate;
}

/* Takes the stack, or recognises it. */
static __always_inline enum fate
leave_stack(void *ctx, struct sample_message *m, __u32 level, __u32 tid)
{
	struct leaving *t = leaving_at(level);
	struct memory *r = with_trails && t && find_leaving(ctx, t, tid) ? take_memory(t) : NULL;
	enum fate fate = r && t ? take_known(ctx, m, r, t, level) : FATE_FIRED;

	if (fate == FATE_FIRED)
		fate = take_anew(ctx, m, r, t, level);
	give_back_memory(r);
	return fate;
}

#endif
