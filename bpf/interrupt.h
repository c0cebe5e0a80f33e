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

/* Where the cpus' own variables are, and which of them is the counter, by lib/sampler; 0: /proc/kallsyms does not tell. */
const volatile __u64 per_cpu_offsets = 0, preempt_count_at = 0;

static __always_inline bool
knows_interrupts(void)
{
	return per_cpu_offsets && preempt_count_at;
}

static __always_inline int
preempt_count(void)
{
	__u64 own = 0;
	int count = 0;

	bpf_probe_read_kernel(&own, sizeof(own), (void *)(per_cpu_offsets + 8ULL * bpf_get_smp_processor_id()));
	bpf_probe_read_kernel(&count, sizeof(count), (void *)(own + preempt_count_at));
	return count;
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

static __always_inline bool
knows_interrupts(void)
{
	return true;
}

static __always_inline int
preempt_count(void)
{
	struct task_struct___info *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.preempt.count);
}

#endif

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

static __always_inline bool
in_interrupt(const void *here)
{
	return knows_interrupts() ? preempt_count() & IN_INTERRUPT : seems_in_interrupt(here);
}

#endif
