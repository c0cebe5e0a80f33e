/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracepoints of system calls (syscalls:sys_enter_read, …): all of them come from two, which tell the number. Attaching to
 * these two costs the kernel as much as to one of the many, and the many take it 75 ms each to detach. Part of sample.bpf.c. */
#ifndef BPF_SYSCALLS_H
#define BPF_SYSCALLS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "sample.h"

/* As tracefs' `format` has a system call's record. */
struct syscall_entry {
	__u64 common;
	__s64 number;
	__u64 args[6]; /* of an exit: the result */
};

/* By number, entries first: the event, plus one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set by lib/sampler */
	__type(key, __u32);
	__type(value, __u32);
} syscalls SEC(".maps");

static __always_inline __u32
event_of_syscall(__s64 number, bool is_exit)
{
	__u32 at = number + (is_exit ? SYSCALLS_MAX : 0), *event;

	if (number < 0 || number >= SYSCALLS_MAX)
		return 0;
	event = bpf_map_lookup_elem(&syscalls, &at);
	return event ? *event : 0;
}

#if defined(__TARGET_ARCH_x86)

struct thread_info {
	__u32 status;
} __attribute__((preserve_access_index));

struct task_struct___status {
	struct thread_info thread_info;
} __attribute__((preserve_access_index));

/* Programs for 32 bits have other numbers; the tracepoints leave them out, too. */
static __always_inline bool
is_foreign_call(void)
{
	struct task_struct___status *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.status) & 2; /* TS_COMPAT */
}

static __always_inline void
read_arguments(struct syscall_entry *e, const struct pt_regs *regs)
{
	e->args[0] = BPF_PROBE_READ(regs, di);
	e->args[1] = BPF_PROBE_READ(regs, si);
	e->args[2] = BPF_PROBE_READ(regs, dx);
	e->args[3] = BPF_PROBE_READ(regs, r10);
	e->args[4] = BPF_PROBE_READ(regs, r8);
	e->args[5] = BPF_PROBE_READ(regs, r9);
}

static __always_inline __s64
number_left(const struct pt_regs *regs)
{
	return BPF_PROBE_READ(regs, orig_ax);
}

#else

static __always_inline bool
is_foreign_call(void)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	return !IS_NATIVE(BPF_PROBE_READ(regs, pstate));
}

static __always_inline void
read_arguments(struct syscall_entry *e, const struct pt_regs *regs)
{
	bpf_probe_read_kernel(e->args, sizeof(e->args), regs->regs);
}

/* Behind what user space is promised of the registers. */
struct pt_regs___kernel {
	int syscallno;
} __attribute__((preserve_access_index));

static __always_inline __s64
number_left(const struct pt_regs *regs)
{
	return BPF_CORE_READ((struct pt_regs___kernel *)regs, syscallno);
}

#endif

#endif
