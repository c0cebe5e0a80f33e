/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes both stacks of a sample into the message: the user part walked by walk.h or along frame pointers by the
 * kernel, the kernel part by the kernel. Part of sample.bpf.c. */
#ifndef BPF_STACK_H
#define BPF_STACK_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "message.h"
#include "walk.h"

const volatile bool with_kernel = true;
const volatile bool with_user = true;
const volatile __u32 user_depth = USER_DEPTH;	  /* frames wanted of the user part */
const volatile __u32 kernel_depth = KERNEL_DEPTH; /* frames to ask of the kernel's own walk, for either part */
const volatile bool with_tables = false;
const volatile bool only_leaf = false;

/* Kernel addresses are the upper half. A sample from user mode has no kernel part; not asking saves
 * 0.3 of 2.5 us. */
static __always_inline bool
in_kernel(const struct bpf_perf_event_data *ctx)
{
	return (__s64)ctx->regs.REGISTER_PC < 0;
}

/* Within execve the saved user registers are the old program's, the memory the new one's. */
static __always_inline bool
in_execve(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return bpf_core_field_exists(task->in_execve) && BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
}

static __always_inline bool
has_user_part(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, mm) && !(BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_USER_WORKER)) && !in_execve();
}

static __always_inline __u32
frames(long bytes)
{
	__u32 n = bytes > 0 ? bytes / sizeof(__u64) : 0;

	return n > KERNEL_DEPTH ? KERNEL_DEPTH : n;
}

/* The task's user registers, also when it was interrupted in the kernel. */
static __always_inline bool
take_registers(struct bpf_perf_event_data *ctx, struct walk *w)
{
	if (!in_kernel(ctx)) {
		copy_registers(&w->regs, &ctx->regs);
		return true;
	}
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) &&
	       !bpf_probe_read_kernel(&w->regs, sizeof(w->regs), (void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
}

static __always_inline bool
prepare_walk(struct bpf_perf_event_data *ctx, struct walk *w, const struct sample_key *key)
{
	struct layout_process *p = bpf_map_lookup_elem(&processes, &key->pid);

	w->n = w->early = w->is_return = w->asked = w->changing = 0;
	w->here.start = w->here.end = w->here.table = 0;
	w->known = ~0U;
	w->in_memory = 0;
	w->hash = 0;
	w->end = END_UNTOLD;
	w->limit = user_depth;
	if (p && !p->exec)
		p->exec = key->exec + 1ULL;
	w->is_known = p && p->exec == key->exec + 1ULL;
	w->first = w->n_mappings = 0;
	if (p && w->is_known) {
		w->first = p->first;
		w->n_mappings = p->n;
	}
	w->pid = key->pid;
	return take_registers(ctx, w) && begin(w);
}

/* Walks the user part by tables. False: this task is none that can be walked so. */
static __always_inline bool
walk(struct bpf_perf_event_data *ctx, struct sample_message *m)
{
	struct walk *w = walk_of_cpu();

	if (!w || !prepare_walk(ctx, w, &m->key))
		return false;
	visit_all();
	want_again(w);
	m->end = w->early ? w->early : w->end;
	m->key.stack = w->hash;
	m->n_user = w->n;
	return true;
}

/* Adds addresses that the kernel's own walk gave to the hash. */
static __always_inline void
hash_part(struct sample_message *m, __u32 first, __u32 n)
{
	__u64 hash = m->key.stack;

	for (__u32 i = 0; i < KERNEL_DEPTH && i < n; i++)
		hash = mix(hash, m->addresses[first + i]);
	m->key.stack = hash;
}

static __always_inline void
take_user(struct bpf_perf_event_data *ctx, struct sample_message *m)
{
	__u32 bytes = (only_leaf ? 1 : kernel_depth) * sizeof(__u64);

	if (!has_user_part() || (with_tables && walk(ctx, m)))
		return;
	m->n_user = frames(bpf_get_stack(ctx, m->addresses, bytes, BPF_F_USER_STACK));
	hash_part(m, 0, m->n_user);
}

static __always_inline void
take_kernel(struct bpf_perf_event_data *ctx, struct sample_message *m)
{
	__u32 first = m->n_user;

	if (!in_kernel(ctx))
		return;
	if (first > USER_DEPTH)
		first = USER_DEPTH;
	m->n_kernel = frames(bpf_get_stack(ctx, m->addresses + first, kernel_depth * sizeof(__u64), 0));
	hash_part(m, first, m->n_kernel);
}

/* Both stacks, the user part first, and their hash. */
static __always_inline void
take_stacks(struct bpf_perf_event_data *ctx, struct sample_message *m)
{
	m->n_user = m->n_kernel = 0;
	m->end = END_UNTOLD;
	m->key.stack = 0;
	if (with_user)
		take_user(ctx, m);
	if (with_kernel)
		take_kernel(ctx, m);
	m->key.stack = mix(m->key.stack, (__u64)m->end << 32 | m->n_user);
}

#endif
