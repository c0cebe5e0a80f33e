/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tasks are sampled, when not all are: a set of thread ids that user space fills and that forks, execs and ends of
 * its members keep right. Part of sample.bpf.c.
 *
 * The alternative, perf events that tasks inherit, loses what matters: each child's event starts a period of its own, so
 * children that live for less than a period are never sampled at all. */
#ifndef BPF_TARGETS_H
#define BPF_TARGETS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

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
	return bpf_map_lookup_elem(&targets, &tid);
}

static __always_inline void
add_target(__u32 tid)
{
	__u8 one = 1;

	if (bpf_map_update_elem(&targets, &tid, &one, BPF_ANY))
		__sync_fetch_and_add(&targets_full, 1);
}

/* (parent, child): the parent is the current task. */
SEC("raw_tp/sched_process_fork")
int
on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *child = (void *)ctx->args[1];
	__u64 id = bpf_get_current_pid_tgid();
	bool is_thread = BPF_CORE_READ(child, tgid) == (int)(id >> 32);

	if (is_target(id) && (is_thread || with_children))
		add_target(BPF_CORE_READ(child, pid));
	return 0;
}

/* (task, old thread id): an exec by another than the first thread takes that one's id. */
SEC("raw_tp/sched_process_exec")
int
on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid(), old = ctx->args[1];

	if (tid == command || (old != tid && is_target(old)))
		add_target(tid);
	return 0;
}

/* (task): when the kernel gives the task back, which is after its last sample. */
SEC("raw_tp/sched_process_free")
int
on_free(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	__u32 tid = BPF_CORE_READ(task, pid);

	bpf_map_delete_elem(&targets, &tid);
	return 0;
}

#endif
