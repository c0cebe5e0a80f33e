/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a sample is wanted: its task, its cpu, what it comes with, and how often. Part of sample.bpf.c. */
#ifndef BPF_JUDGE_H
#define BPF_JUDGE_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "event.h"
#include "sample.h"
#include "targets.h"

enum { COMM = 16, COMM_ONLY = 0, COMM_NOT = 1, CPU_WORDS = 1024 };

/* Of one sample; sums of nonsense (a read of SIZE_MAX bytes) must not exceed what streams can hold. */
#define VALUE_MAX (1LL << 48)

const volatile bool with_idle = false;
const volatile bool only_comms = false, not_comms = false, not_pids = false, only_cpus = false;
const volatile __u64 wanted_cpus[CPU_WORDS] = {};
const volatile __u32 n_cgroups = 0;
const volatile __u32 rate_most = 0;  /* samples of one event on one cpu in a slice of time; 0: any */
const volatile __u64 rate_slice = 1; /* ns */

volatile __u64 deadline = 0; /* CLOCK_MONOTONIC ns: samples from then on are too late; 0: none */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2); /* COMM_ONLY, COMM_NOT */
	__type(key, __u32);
	__type(value, struct comm_patterns);
} comms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set by lib/sampler, as are the next three */
	__type(key, __u32);
	__type(value, __u8);
} excluded SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event_rule);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample_rate);
} rates SEC(".maps");

/* ---- whose it is ---- */

static __always_inline bool
matches(__u32 which, const char comm[COMM])
{
	const struct comm_patterns *p = bpf_map_lookup_elem(&comms, &which);
	__u64 at;

	if (!p)
		return false;
	at = p->first;
	for (int i = 0; i < COMM && comm[i]; i++)
		at = (at & p->steps[(__u8)comm[i]]) << 1 | (at & p->stays);
	return at & p->last;
}

static __always_inline bool
in_cgroup(void)
{
	for (__u32 i = 0; i < CGROUPS_MAX && i < n_cgroups; i++)
		if (bpf_current_task_under_cgroup(&cgroups, i) == 1)
			return true;
	return false;
}

static __always_inline bool
is_wanted_cpu(__u32 cpu)
{
	return wanted_cpus[cpu / 64 % CPU_WORDS] >> cpu % 64 & 1;
}

/* FATE_FIRED: nothing is against it. */
static __always_inline enum fate
judge_task(__u64 ids)
{
	__u32 pid = ids >> 32;
	char comm[COMM];

	if (only_targets && !is_target(ids))
		return FATE_OTHER;
	if (only_cpus && !is_wanted_cpu(bpf_get_smp_processor_id()))
		return FATE_CPU;
	if (not_pids && bpf_map_lookup_elem(&excluded, &pid))
		return FATE_EXCLUDED;
	if (n_cgroups && !in_cgroup())
		return FATE_CGROUP;
	if (!only_comms && !not_comms)
		return FATE_FIRED;
	bpf_get_current_comm(comm, sizeof(comm));
	if (not_comms && matches(COMM_NOT, comm))
		return FATE_EXCLUDED;
	return only_comms && !matches(COMM_ONLY, comm) ? FATE_COMM : FATE_FIRED;
}

/* ---- what it comes with: `from` is the address of the context, or of what stands for it ---- */

static __always_inline __u64
sized(__u64 word, const struct event_operand *o)
{
	__u32 shift = 64 - 8 * (o->size & 15) & 63;

	return o->is_signed ? (__u64)((__s64)(word << shift) >> shift) : word << shift >> shift;
}

/* 0 where nothing can be read. */
static __always_inline __u64
read_operand(__u64 from, const struct event_operand *o)
{
	__u64 word = 0, address;

	if (o->kind == OPERAND_CONSTANT)
		return o->number;
	bpf_probe_read_kernel(&word, sizeof(word), (void *)(from + o->offset));
	if (o->kind == OPERAND_USER) {
		address = word + o->number;
		word = 0;
		bpf_probe_read_user(&word, o->size & 8 ? 8 : o->size & 7, (void *)address);
	}
	return sized(word, o);
}

static __always_inline bool
compare(const struct event_condition *c, __u64 left, __u64 right)
{
	switch (c->relation) {
	case RELATION_EQUAL:
		return left == right;
	case RELATION_NOT_EQUAL:
		return left != right;
	case RELATION_LESS:
		return c->is_unsigned ? left < right : (__s64)left < (__s64)right;
	case RELATION_LESS_EQUAL:
		return c->is_unsigned ? left <= right : (__s64)left <= (__s64)right;
	default:
		return left & right;
	}
}

static __always_inline bool
holds_condition(__u64 from, const struct event_condition *c)
{
	return compare(c, read_operand(from, &c->left) & c->mask, c->right) != c->negated;
}

/* Whether one of the groups of conditions holds. */
static __always_inline bool
holds_rule(__u64 from, const struct event_rule *r)
{
	bool all = true;

	if (!r->n_conditions)
		return true;
	for (__u32 i = 0; i < CONDITIONS_MAX && i < r->n_conditions; i++) {
		const struct event_condition *c = &r->conditions[i];

		all = all && holds_condition(from, c);
		if (c->is_last && all)
			return true;
		if (c->is_last)
			all = true;
	}
	return false;
}

static __always_inline __u64
value_by(__u64 from, const struct event_rule *r)
{
	__s64 value = 1;

	for (__u32 i = 0; i < FACTORS_MAX && i < r->n_factors; i++) {
		__s64 factor = read_operand(from, &r->factors[i]);

		if (factor <= 0)
			return 0;
		value = factor > VALUE_MAX / value ? VALUE_MAX : value * factor;
	}
	if (value > VALUE_MAX)
		return VALUE_MAX;
	return value > 0 ? value : 0;
}

/* ---- how often ---- */

/* The next one of a stride is any of them: at fixed places would be the same caller each time, where callers take turns. */
static __always_inline bool
is_picked(struct sample_rate *r)
{
	__u32 stride = r->stride ? r->stride : 1, at = r->fired++ % stride;

	if (!at)
		r->picked = bpf_get_prandom_u32() % stride;
	return at == r->picked;
}

/* Time is cut into slices. One in `stride` is taken, as many as the slice before would have allowed for: so all of a slice
 * has its share, and not only its begin; and never more than a slice may have. */
static __always_inline bool
is_in_share(__u32 event, __u64 time)
{
	struct sample_rate *r = bpf_map_lookup_elem(&rates, &event);
	__u64 slice = time / rate_slice;

	if (!r)
		return false;
	if (r->slice != slice) {
		r->stride = r->slice + 1 == slice && rate_most ? (r->fired + rate_most - 1) / rate_most : 1;
		r->slice = slice;
		r->fired = r->taken = 0;
	}
	if (!is_picked(r) || r->taken >= rate_most)
		return false;
	r->taken++;
	return true;
}

static __always_inline enum fate
judge(__u64 from, const struct event_rule *r, __u32 event, __u64 ids, __u64 time)
{
	enum fate fate;

	if (r->flags & EVENT_CLOCK && !(__u32)bpf_get_current_pid_tgid() && !with_idle)
		return FATE_IDLE;
	fate = judge_task(ids);
	if (fate != FATE_FIRED)
		return fate;
	if (deadline && time >= deadline)
		return FATE_LATE;
	if (!holds_rule(from, r))
		return FATE_CONDITION;
	return rate_most && !is_in_share(event, time) ? FATE_RATE : FATE_FIRED;
}

#endif
