/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the current task only happens to be the one that was interrupted. Part of sample.bpf.c. */
#ifndef BPF_INTERRUPT_H
#define BPF_INTERRUPT_H

#include "ids.h"
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* linux/preempt.h: the bits above those that count preempt_disable(); of softirqs, that one is served. */
enum { IN_INTERRUPT = 0xff0100, STACK_BYTES = 16384 };

#if defined(__TARGET_ARCH_x86)

#define REGISTER_CALL orig_ax

/* A variable of its own until Linux 6.1 and since 6.15, part of another one in between. */
struct pcpu_hot {
	int preempt_count;
} __attribute__((preserve_access_index));

extern const int __preempt_count __ksym __weak;
extern const struct pcpu_hot pcpu_hot __ksym __weak;

static __always_inline int
preempt_count(void)
{
	const int *own = &__preempt_count;
	const struct pcpu_hot *hot = &pcpu_hot;

	if (own)
		return *(const int *)bpf_this_cpu_ptr(&__preempt_count);
	if (hot)
		return ((const struct pcpu_hot *)bpf_this_cpu_ptr(&pcpu_hot))->preempt_count;
	return 0;
}

#else

#define REGISTER_CALL pstate /* not asked for: here the counter is always found */

struct thread_info___preempt {
	struct {
		unsigned count;
	} preempt;
} __attribute__((preserve_access_index));

struct task_struct___info {
	struct thread_info___preempt thread_info;
} __attribute__((preserve_access_index));

static __always_inline int
preempt_count(void)
{
	struct task_struct___info *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.preempt.count);
}

#endif

static __always_inline bool
in_interrupt(void)
{
	return preempt_count() & IN_INTERRUPT;
}

/* For kernels that tell nobody where the variable is (CONFIG_KALLSYMS_ALL). Interrupts run on a stack of their own, unless
 * they came from user mode: then the kernel was not entered by a system call. (Page faults do not either; there a task
 * that wakes another is taken for an interrupt.) `here` is on the kernel's stack. */
static __always_inline bool
seems_in_interrupt(const void *here)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u64 below = address_of(here) - (__u64)BPF_CORE_READ(task, stack);

	if (below >= STACK_BYTES)
		return true;
	if (BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_USER_WORKER))
		return false;
	return (__s64)BPF_PROBE_READ(regs, REGISTER_CALL) < 0;
}

#endif
