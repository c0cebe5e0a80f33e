/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the current task only happens to be the one that was interrupted. Part of sample.bpf.c. */
#ifndef BPF_INTERRUPT_H
#define BPF_INTERRUPT_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* linux/preempt.h: the bits above those that count preempt_disable(); of softirqs, that one is served. */
enum { IN_INTERRUPT = 0xff0100 | 0xf00000 };

#if defined(__TARGET_ARCH_x86)

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

struct thread_info {
	int count;
} __attribute__((preserve_access_index));

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

#endif
