/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids of tasks as /proc and the side-band have them: in the recorder's pid namespace, and 0 for tasks that are not in it.
 * Part of sample.bpf.c. */
#ifndef BPF_IDS_H
#define BPF_IDS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

volatile __u32 pidns_level = 0, pidns_inode = 0; /* the recorder's, unless that is the first one (level 0) */

static __always_inline struct upid *
upid_at(struct pid *pid, __u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
}

static __always_inline __u32
number_of(struct task_struct *task)
{
	__u32 level = pidns_level;
	struct pid *pid;
	struct upid *at;

	if (!level)
		return BPF_CORE_READ(task, pid);
	pid = BPF_CORE_READ(task, thread_pid);
	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	at = upid_at(pid, level);
	return BPF_CORE_READ(at, ns, ns.inum) == pidns_inode ? BPF_CORE_READ(at, nr) : 0;
}

static __always_inline __u32
tid_of(struct task_struct *task)
{
	return number_of(task);
}

static __always_inline __u32
pid_of(struct task_struct *task)
{
	return pidns_level ? number_of(BPF_CORE_READ(task, group_leader)) : BPF_CORE_READ(task, tgid);
}

/* pid << 32 | tid of the current task. */
static __always_inline __u64
current_ids(void)
{
	struct task_struct *task;

	if (!pidns_level)
		return bpf_get_current_pid_tgid();
	task = (void *)bpf_get_current_task();
	return (__u64)pid_of(task) << 32 | tid_of(task);
}

/* A context's address as a number: the verifier lets nobody compute with the pointer itself. */
static __always_inline __u64
address_of(const void *ctx)
{
	const void *volatile at = ctx;
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), (void *)&at);
	return address;
}

/* Run by the recorder, once: how deep its namespace is nested only the kernel knows. */
SEC("?syscall")
int
learn_namespace(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);

	pidns_inode = BPF_CORE_READ(upid_at(pid, level), ns, ns.inum);
	pidns_level = level;
	return 0;
}

#endif
