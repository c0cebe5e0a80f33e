/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows forks, execs and ends of tasks at the moment they happen: for the set of targets, and for the layouts of
 * processes, which user space would only know some samples later. Part of sample.bpf.c. */
#ifndef BPF_TASKS_H
#define BPF_TASKS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "stack.h"
#include "targets.h"

/* The child has its parent's mappings. */
static __always_inline void
copy_layout(__u32 child, __u32 parent)
{
	struct layout_process *p = bpf_map_lookup_elem(&processes, &parent);

	if (p)
		bpf_map_update_elem(&processes, &child, p, BPF_ANY);
}

/* A new program has its own code and its interpreter's, where it begins. What that maps, user space is told of in time:
 * ld.so is busy with each library for a while before it runs. */
static __always_inline void
make_layout(__u32 pid)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct layout_process p = {};
	struct pt_regs *regs;

	p.exec = BPF_CORE_READ(task, self_exec_id) + 1;
	ask_kernel(BPF_CORE_READ(task, mm, start_code), &p.born[0]);
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) {
		regs = (struct pt_regs *)bpf_task_pt_regs(task);
		ask_kernel(BPF_PROBE_READ(regs, REGISTER_PC), &p.born[1]);
	}
	bpf_map_update_elem(&processes, &pid, &p, BPF_ANY);
}

/* (parent, child): the parent is the current task. */
SEC("?raw_tp/sched_process_fork")
int
on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *child = (void *)ctx->args[1];
	__u64 ids = current_ids();
	bool is_thread = pid_of(child) == ids >> 32;

	if (only_targets)
		follow_fork(child, ids, is_thread);
	if (with_tables && !is_thread)
		copy_layout(pid_of(child), ids >> 32);
	return 0;
}

/* (task, old thread id) */
SEC("?raw_tp/sched_process_exec")
int
on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 ids = current_ids();

	if (only_targets)
		follow_exec(ids, pidns_level ? (__u32)ids : ctx->args[1]);
	if (with_tables)
		make_layout(ids >> 32);
	return 0;
}

/* (task): when the kernel gives the task back, which is after its last sample. */
SEC("?raw_tp/sched_process_free")
int
on_free(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	__u32 tid = tid_of(task);

	if (only_targets)
		follow_end(tid);
	if (with_tables && pid_of(task) == tid)
		bpf_map_delete_elem(&processes, &tid);
	return 0;
}

#endif
