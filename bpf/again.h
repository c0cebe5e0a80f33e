/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Most threads wait again and again at the same place, and most probes fire with the same stack. It is not walked again when all
 * that the walk depended on is as it was: the registers, and the words on both stacks that it came by. Part of sample.bpf.c. */
#ifndef BPF_AGAIN_H
#define BPF_AGAIN_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "ids.h"
#include "orc.h"
#include "stack.h"
#include "trail.h"

enum { FP_BIT = 1U << REG_FP, SP_BIT = 1U << REG_SP };

const volatile __u32 n_memories = 1;

/* The stack that a thread had at a place. Atomic: taken. */
struct memory {
	__u32 taken;
	__u32 tid, exec;
	__u32 round;  /* of the stacks that user space keeps, when this one was; 0: never */
	__u64 start;
	struct place place;
	__u64 user_seen, user_hash;
	__u64 kernel_seen, last;
	__u64 stack;
	__u16 n_user, end;
	__u16 n_slots, span;
	__u16 n_kernel_slots, kernel_span;
	__u16 knows_user, knows_kernel, with_fp, unused;
	__u16 slots[SLOTS], kernel_slots[SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* n_memories, by lib/sampler */
	__type(key, __u32);
	__type(value, struct memory);
} memories SEC(".maps");

static __always_inline struct pt_regs *
user_registers(void)
{
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return NULL;
	return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

/* False: it cannot be told. */
static __always_inline bool
find_leaving(void *ctx, struct leaving *t, __u32 tid)
{
	struct pt_regs *regs = user_registers();
	struct place *p = &t->place;

	if (!regs)
		return false;
	t->tid = tid;
	t->from = address_of(ctx);
	t->to = (__u64)regs;
	p->pc = p->sp = p->fp = 0;
	if (bpf_probe_read_kernel(&t->last, sizeof(t->last), (void *)(t->to - sizeof(t->last))))
		return false;
	if (!with_user || !has_user_part())
		return true;
	return !bpf_probe_read_kernel(&p->pc, 8, &regs->REGISTER_PC) && !bpf_probe_read_kernel(&p->sp, 8, &regs->REGISTER_SP) &&
	       !bpf_probe_read_kernel(&p->fp, 8, &regs->REGISTER_FP);
}

static __always_inline bool
is_same_place(const struct memory *r, const struct sample_key *key, const struct leaving *t)
{
	return r->tid == t->tid && r->start == key->start && r->exec == key->exec && r->place.pc == t->place.pc &&
	       r->place.sp == t->place.sp;
}

/* The memory of a thread at a place, for us alone; what it holds may be another's. NULL: somebody is at it. */
static __always_inline struct memory *
take_memory(struct leaving *t)
{
	struct memory *r;

	t->memory = mix(mix(t->tid, t->place.pc), t->place.sp) % n_memories;
	r = bpf_map_lookup_elem(&memories, &t->memory);
	return r && !r->taken && !__sync_val_compare_and_swap(&r->taken, 0, 1) ? r : NULL;
}

static __always_inline void
give_back_memory(struct memory *r)
{
	if (r)
		*(volatile __u32 *)&r->taken = 0;
}

/* ---- recognising: global functions, at which the verifier looks once ---- */

__noinline int
is_same_user(__u32 level)
{
	struct leaving *t = leaving_at(level);
	struct memory *r = t ? bpf_map_lookup_elem(&memories, &t->memory) : NULL;
	__u32 bytes;

	if (!r || !r->knows_user || (r->with_fp && r->place.fp != t->place.fp))
		return 0;
	bytes = r->span % SPAN * 8;
	if (bytes && bpf_probe_read_user(t->words, bytes, (void *)t->place.sp))
		return 0;
	return see(t->words, r->slots, r->n_slots) == r->user_seen;
}

__noinline int
is_same_kernel(__u32 level)
{
	struct leaving *t = leaving_at(level);
	struct memory *r = t ? bpf_map_lookup_elem(&memories, &t->memory) : NULL;
	__u32 bytes;

	if (!r || !r->knows_kernel || r->last != t->last)
		return 0;
	bytes = r->kernel_span % SPAN * 8;
	if (bpf_probe_read_kernel(t->words, bytes, (void *)t->from))
		return 0;
	return see_kernel(t, r->kernel_slots, r->n_kernel_slots) == r->kernel_seen;
}

/* ---- remembering ---- */

static __always_inline void
forget_user(struct memory *r)
{
	r->user_seen = r->user_hash = 0;
	r->n_slots = r->span = r->with_fp = r->n_user = 0;
	r->end = END_UNTOLD;
}

/* What the walk of this level has come by. */
__noinline int
remember_user(__u32 level)
{
	struct leaving *t = leaving_at(level);
	struct memory *r = t ? bpf_map_lookup_elem(&memories, &t->memory) : NULL;
	struct walk *w = walk_at(level);

	if (!r || !w)
		return 0;
	forget_user(r);
	r->knows_user = !r->place.pc;
	if (!r->place.pc || !with_tables)
		return 0;
	r->knows_user = w->end == END_ROOT && !w->early && !w->changing && !w->trail.odd && !(w->trail.used & ~(FP_BIT | SP_BIT));
	r->with_fp = !!(w->trail.used & FP_BIT);
	r->user_seen = w->trail.seen;
	r->user_hash = w->hash;
	r->n_user = w->n;
	r->end = w->end;
	r->n_slots = w->trail.n;
	r->span = w->trail.span;
	for (int i = 0; i < SLOTS; i++)
		r->slots[i] = w->trail.slots[i];
	return 1;
}

__noinline int
remember_kernel(__u32 level)
{
	struct leaving *t = leaving_at(level);
	struct memory *r = t ? bpf_map_lookup_elem(&memories, &t->memory) : NULL;

	if (!r)
		return 0;
	r->knows_kernel = with_kernel && n_orc_rows && find_slots(level);
	if (!r->knows_kernel)
		return 0;
	r->last = t->last;
	r->n_kernel_slots = t->n;
	r->kernel_span = t->span;
	r->kernel_seen = see_kernel(t, t->slots, t->n);
	for (int i = 0; i < SLOTS; i++)
		r->kernel_slots[i] = t->slots[i];
	return 1;
}

/* After a walk. Only what comes twice is worth the effort. */
static __always_inline void
remember_stack(struct memory *r, const struct sample_message *m, struct leaving *t, __u32 level, __u32 round)
{
	bool again = is_same_place(r, &m->key, t) && r->stack == m->key.stack;

	r->tid = t->tid;
	r->exec = m->key.exec;
	r->start = m->key.start;
	r->place = t->place;
	r->stack = m->key.stack;
	r->knows_user = r->knows_kernel = false;
	r->round = round;
	if (!again)
		return;
	remember_user(level);
	remember_kernel(level);
}

#endif
