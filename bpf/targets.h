/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tasks are sampled, when not all are: a set of thread ids that user space fills and that forks, execs and ends of
 * its members (tasks.h) keep right. Part of sample.bpf.c.
 *
 * The alternative, perf events that tasks inherit, loses what matters: each child's event starts a period of its own, so
 * children that live for less than a period are never sampled at all. */
#ifndef BPF_TARGETS_H
#define BPF_TARGETS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "ids.h"

const volatile bool only_targets = false;
const volatile bool with_children = true;
const volatile __u32 command = 0; /* thread that becomes a target with its exec */

__u64 targets_full = 0; /* tasks that could not be added */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set by lib/sampler */
	__type(key, __u32);
	__type(value, __u8);
} targets SEC(".maps");

static __always_inline bool
is_target(__u32 tid)
{
	return tid && bpf_map_lookup_elem(&targets, &tid);
}

static __always_inline void
add_target(__u32 tid)
{
	__u8 one = 1;

	if (tid && bpf_map_update_elem(&targets, &tid, &one, BPF_ANY))
		__sync_fetch_and_add(&targets_full, 1);
}

static __always_inline void
follow_fork(struct task_struct *child, __u32 parent, bool is_thread)
{
	if (is_target(parent) && (is_thread || with_children))
		add_target(tid_of(child));
}

/* An exec by another than the first thread takes that one's id. */
static __always_inline void
follow_exec(__u32 tid, __u32 old)
{
	if (tid == command || (old != tid && is_target(old)))
		add_target(tid);
}

static __always_inline void
follow_end(__u32 tid)
{
	bpf_map_delete_elem(&targets, &tid);
}

#endif
