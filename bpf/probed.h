/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What probes of user space do to the task they are in, and how a walk sees through it. Part of sample.bpf.c. */
#ifndef BPF_PROBED_H
#define BPF_PROBED_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "lookup.h"
#include "registers.h"

enum { DIVERTED_STEPS = 8, INSTRUCTION_MAX = 15 /* bytes */ };

/* The instruction that a probe has replaced is run as a copy, on a page of its own: as if where it belongs. */
static __always_inline bool
leave_copy(struct walk *w, struct uprobe_task *probes)
{
	__u64 copy = BPF_CORE_READ(probes, xol_vaddr);

	if (!copy || w->pc - copy > INSTRUCTION_MAX)
		return false;
	w->pc += BPF_CORE_READ(probes, vaddr) - copy;
	return true;
}

/* Return probes put an address of their own where functions return to; the kernel has the true ones aside, innermost
 * first, each with the stack pointer that its function began with. */
static __always_inline __u64
undiverted(struct walk *w, __u64 cfa, __u64 pc)
{
	__u64 slot = cfa - RETURN_ON_STACK * 8;

	for (int i = 0; i < DIVERTED_STEPS && w->returns; i++) {
		struct return_instance *r = (void *)w->returns;
		__u64 stack = BPF_CORE_READ(r, stack);

		if (stack == slot)
			return BPF_CORE_READ(r, orig_ret_vaddr);
		if (stack > slot)
			return pc;
		w->returns = (__u64)BPF_CORE_READ(r, next);
	}
	return pc;
}

#endif
