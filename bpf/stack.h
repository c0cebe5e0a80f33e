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
 * 0.3 of 2.5 us. Without registers it comes from the kernel. */
static __always_inline bool
in_kernel(const struct pt_regs *regs)
{
	return !regs || (__s64)regs->REGISTER_PC < 0;
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
take_registers(const struct pt_regs *regs, struct walk *w)
{
	if (!in_kernel(regs)) {
		copy_registers(&w->regs, regs);
		return true;
	}
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) &&
	       !bpf_probe_read_kernel(&w->regs, sizeof(w->regs), (void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
}

static __always_inline bool
prepare_walk(const struct pt_regs *regs, struct walk *w, __u32 level, const struct sample_key *key)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct layout_process *p = bpf_map_lookup_elem(&processes, &key->pid);
	struct uprobe_task *probes = bpf_core_field_exists(task->utask) ? BPF_CORE_READ(task, utask) : NULL;

	w->level = level;
	w->n = w->early = w->is_return = w->asked = w->changing = 0;
	w->here.start = w->here.end = w->here.table = 0;
	w->known = ~0U;
	w->in_memory = 0;
	w->hash = 0;
	w->end = END_UNTOLD;
	w->limit = user_depth;
	w->returns = probes ? (__u64)BPF_CORE_READ(probes, return_instances) : 0;
	if (p && !p->exec)
		p->exec = key->exec + 1ULL;
	w->is_known = p && p->exec == key->exec + 1ULL;
	w->first = w->n_mappings = 0;
	if (p && w->is_known) {
		w->first = p->first;
		w->n_mappings = p->n;
	}
	w->pid = key->pid;
	if (!take_registers(regs, w) || !begin(w))
		return false;
	if (probes)
		w->trail.odd = leave_copy(w, probes) || w->returns;
	return true;
}

/* A return probe fires in the caller, where it is returned to; the function that returned is put before it, in both parts. */
static __always_inline void
begin_returned(struct walk *w, struct sample_message *m, __u64 function)
{
	m->addresses[0] = function;
	w->n = 1;
	w->hash = mix(w->hash, function);
	w->is_return = true;
}

/* Walks the user part by tables. False: this task is none that can be walked so. */
static __always_inline bool
walk(const struct pt_regs *regs, __u32 level, struct sample_message *m, __u64 returned)
{
	struct walk *w = walk_at(level);

	if (!w || !prepare_walk(regs, w, level, &m->key))
		return false;
	if (returned)
		begin_returned(w, m, returned);
	visit_all(level);
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
take_user(void *ctx, const struct pt_regs *regs, __u32 level, struct sample_message *m, __u64 returned)
{
	__u32 bytes = (only_leaf ? 1 : kernel_depth) * sizeof(__u64);

	if (!has_user_part() || (with_tables && walk(regs, level, m, in_kernel(regs) ? 0 : returned)))
		return;
	m->n_user = frames(bpf_get_stack(ctx, m->addresses, bytes, BPF_F_USER_STACK));
	hash_part(m, 0, m->n_user);
}

/* `skip`: how many of the innermost frames are left out. */
static __always_inline void
take_kernel(void *ctx, const struct pt_regs *regs, struct sample_message *m, __u64 returned, __u32 skip)
{
	__u32 first = m->n_user, at;

	if (!in_kernel(regs))
		return;
	if (first > USER_DEPTH)
		first = USER_DEPTH;
	at = first + !!returned;
	m->n_kernel = frames(bpf_get_stack(ctx, m->addresses + at, kernel_depth * sizeof(__u64), skip));
	if (returned) {
		m->addresses[first] = returned;
		m->n_kernel++;
	}
	hash_part(m, first, m->n_kernel);
}

static __always_inline void
finish_hash(struct sample_message *m)
{
	m->key.stack = mix(m->key.stack, (__u64)m->end << 32 | m->n_user);
}

/* Both stacks, the user part first, and their hash. `returned`: the function whose return it is, or 0. */
static __always_inline void
take_stacks(void *ctx, const struct pt_regs *regs, __u32 level, struct sample_message *m, __u64 returned, __u32 skip)
{
	m->n_user = m->n_kernel = 0;
	m->end = END_UNTOLD;
	m->key.stack = 0;
	if (with_user)
		take_user(ctx, regs, level, m, returned);
	if (with_kernel)
		take_kernel(ctx, regs, m, returned, skip);
	finish_hash(m);
}

#endif
