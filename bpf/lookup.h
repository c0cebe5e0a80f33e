/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up what a walk needs: the mapping that holds an address, and the rule for an offset in a binary. The two searches
 * are global functions, which the verifier looks at once and not in each turn of the walk's loop. Part of sample.bpf.c. */
#ifndef BPF_LOOKUP_H
#define BPF_LOOKUP_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "layout.h"
#include "message.h"
#include "trail.h"
#include "unwind.h"
#include "vma.h"

enum { REGISTERS = 32, MAPPING_STEPS = 17, ROW_STEPS = 11, ASKS_MAX = 16 };

struct walk {
	__u64 reg[REGISTERS]; /* by DWARF's numbers; where in_memory has its bit, the address of the value */
	__u32 known, in_memory;
	__u64 pc, hash;
	__u64 bottom; /* where the stack that is walked began */
	__u32 n, limit;
	__u32 is_return; /* pc is a return address: what it came from is the byte before */
	__u32 is_made;	 /* it is none that a call has left: the first frame of a stack that a program made by hand */
	__u32 end, early; /* early: enum stack_end of a step that had to guess, for want of a mapping or table; or 0 */
	__u32 pid;
	__u32 is_known;		 /* the process, as of its last exec */
	__u32 first, n_mappings; /* its own */
	struct layout_mapping here;  /* the mapping of the last look-up */
	__u32 asked;		/* times that the kernel was asked for a mapping */
	__u32 level;		/* of the memory that it uses */
	__u64 returns;		/* the next of the calls that a return probe has diverted, struct return_instance; 0: none */
	__u32 changing;		/* the last table of code that changes; or 0 */
	struct unwind_rule rule;
	struct pt_regs regs;
	struct trail trail;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEVELS);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/* Slabs are made and set by lib/sampler. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLABS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} slabs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set by lib/sampler, as are the next two */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct layout_table);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct layout_mapping);
} mappings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32); /* pid */
	__type(value, struct layout_process);
} processes SEC(".maps");

/* Files that have a table. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct layout_file);
	__type(value, __u32);
} files SEC(".maps");

static __always_inline struct walk *
walk_at(__u32 level)
{
	return bpf_map_lookup_elem(&walks, &level);
}

static __always_inline void *
chunk_at(__u32 chunk)
{
	__u32 slab = chunk / SLAB_CHUNKS, at = chunk % SLAB_CHUNKS;
	void *map = bpf_map_lookup_elem(&slabs, &slab);

	return map ? bpf_map_lookup_elem(map, &at) : NULL;
}

static __always_inline bool
holds(const struct layout_mapping *m, __u64 address)
{
	return address >= m->start && address < m->end;
}

/* Asks for the mapping that holds an address: one that user space has not told us of yet. */
static __always_inline void
ask_kernel(__u64 address, struct layout_mapping *m)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct vm_area_struct *vma;
	struct layout_file file = {};
	__u32 *table;

	if (!mm || !bpf_core_field_exists(mm->mm_mt))
		return;
	vma = find_vma(mm, address);
	if (!vma || BPF_CORE_READ(vma, vm_mm) != mm || !(BPF_CORE_READ(vma, vm_flags) & VM_EXEC) || !BPF_CORE_READ(vma, vm_file))
		return;
	file.inode = BPF_CORE_READ(vma, vm_file, f_inode, i_ino);
	file.device = BPF_CORE_READ(vma, vm_file, f_inode, i_sb, s_dev);
	table = bpf_map_lookup_elem(&files, &file);
	if (!table)
		return;
	m->table = *table;
	m->start = BPF_CORE_READ(vma, vm_start);
	m->end = BPF_CORE_READ(vma, vm_end);
	m->offset = BPF_CORE_READ(vma, vm_pgoff) << PAGE_SHIFT;
}

/* Remembers what the kernel said about a program that has just begun. */
static __always_inline void
remember(struct walk *w, const struct layout_mapping *m)
{
	struct layout_process *p = w->is_known ? bpf_map_lookup_elem(&processes, &w->pid) : NULL;

	for (int i = 0; p && i < LAYOUT_BORN; i++) {
		struct layout_mapping *born = &p->born[i];

		if (born->end || __sync_val_compare_and_swap(&born->end, 0, 1))
			continue; /* another cpu has been quicker */
		born->start = m->start;
		born->offset = m->offset;
		born->table = m->table;
		__sync_lock_test_and_set(&born->end, m->end);
		return;
	}
}

static __always_inline bool
find_asked(struct walk *w, __u64 address)
{
	struct layout_mapping m = {};

	if (w->asked++ >= ASKS_MAX)
		return false;
	ask_kernel(address, &m);
	if (!holds(&m, address))
		return false;
	remember(w, &m);
	w->here = m;
	return true;
}

/* What user space has told of. */
static __always_inline bool
find_told(struct walk *w, __u64 address)
{
	__u32 low = w->first, end = low + w->n_mappings, high = end;
	struct layout_mapping *m;

	for (int i = 0; i < MAPPING_STEPS && low < high; i++) {
		__u32 middle = (low + high) / 2;

		m = bpf_map_lookup_elem(&mappings, &middle);
		if (!m)
			return false;
		if (m->end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	m = low < end ? bpf_map_lookup_elem(&mappings, &low) : NULL;
	if (!m || !holds(m, address))
		return false;
	w->here = *m;
	return true;
}

/* What was found out since the program began. */
static __always_inline bool
find_born(struct walk *w, __u64 address)
{
	struct layout_process *p = w->is_known ? bpf_map_lookup_elem(&processes, &w->pid) : NULL;

	for (int i = 0; p && i < LAYOUT_BORN; i++)
		if (holds(&p->born[i], address)) {
			w->here = p->born[i];
			return true;
		}
	return false;
}

/* Finds the mapping that holds the address: walk.here. */
__noinline int
find_mapping(__u32 level, __u64 address)
{
	struct walk *w = walk_at(level);

	return w && (find_told(w, address) || find_born(w, address) || find_asked(w, address));
}

/* The rule in force in a page of which the entry says where its rows are. */
static __always_inline __u32
search_rows(const struct unwind_entry *entry, __u32 image, __u32 at)
{
	__u32 low = entry->first % UNWIND_ROWS, high = low + entry->n, rule = entry->rule;
	struct unwind_row *rows = entry->n ? chunk_at(image + entry->first / UNWIND_ROWS) : NULL;

	for (int i = 0; rows && i < ROW_STEPS && low < high; i++) {
		__u32 middle = (low + high) / 2 % UNWIND_ROWS;

		if (rows[middle].at <= at) {
			rule = rows[middle].rule;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return rule;
}

/* Finds the rule for an offset in a binary: walk.rule. Returns the table's state. */
__noinline int
find_rule(__u32 level, __u32 table, __u64 offset)
{
	struct layout_table *t = bpf_map_lookup_elem(&tables, &table);
	__u64 page = offset / UNWIND_PAGE;
	struct walk *w = walk_at(level);
	struct unwind_entry *entries;
	struct unwind_rule *rules;
	__u32 rule, image;

	if (!t || !w)
		return TABLE_NEVER;
	w->rule.kind = UNWIND_NONE;
	if (t->state != TABLE_READY) {
		t->wanted = 1;
		return t->state;
	}
	if (t->used != window)
		t->used = window;
	if (t->changes)
		w->changing = table;
	page -= t->base;
	if (page >= t->n_entries)
		return TABLE_READY;
	image = t->chunk;
	entries = chunk_at(image + page / UNWIND_ENTRIES);
	if (!entries)
		return TABLE_PENDING;
	rule = search_rows(&entries[page % UNWIND_ENTRIES], image, offset % UNWIND_PAGE);
	rules = chunk_at(image + t->rules + rule / UNWIND_RULES);
	if (!rules)
		return TABLE_PENDING;
	w->rule = rules[rule % UNWIND_RULES];
	if (w->rule.kind == UNWIND_UNREAD)
		t->wanted = 1;
	return TABLE_READY;
}

#endif
