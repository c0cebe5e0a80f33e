/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what is mapped at an address of the current process: in the kernel's own tree of mappings, for what user space has
 * not told of yet. Part of sample.bpf.c.
 *
 * bpf_find_vma() answers once in an interrupt, and not at all while somebody maps or unmaps, which is when new code is
 * met. So the tree (Linux 6.1 and later; Documentation/core-api/maple_tree.rst) is read as it stands, without its lock.
 * No read of it can fault, and what comes of a tree that is just being changed is checked before it is believed. */
#ifndef BPF_VMA_H
#define BPF_VMA_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

enum {
	TREE_HEIGHT = 6, /* of some ten branches each; 65,530 mappings, the most that a process may have, take 5 */
	TREE_PIVOTS = 15,
	NODE_ALIGNMENT = 256, /* leaves the lower bits of a pointer to a node to its type */
	NODE_TYPE_SHIFT = 3,
	NODE_TYPES = 16,
	MAPLE_RANGE_64 = 2, /* enum maple_type: the lower ones are leaves; of this tree's others, all are maple_arange_64 */
};

struct tree_node {
	__u64 pivots[TREE_PIVOTS]; /* the last address of each branch but the last one; 0: that one comes earlier */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tree_node);
} tree_nodes SEC(".maps");

#define OFFSET(type, field) bpf_core_field_offset(struct type, field)

/* What a node has for an address: another node, or what is mapped there; NULL: nothing. */
static __always_inline void *
branch_at(const void *node, bool is_leaf, __u64 address)
{
	__u32 pivots = is_leaf ? OFFSET(maple_range_64, pivot) : OFFSET(maple_arange_64, pivot);
	__u32 slots = is_leaf ? OFFSET(maple_range_64, slot) : OFFSET(maple_arange_64, slot);
	__u32 zero = 0, n = (slots - pivots) / sizeof(__u64), i = 0;
	struct tree_node *t = bpf_map_lookup_elem(&tree_nodes, &zero);
	void *branch = NULL;

	if (!t || bpf_probe_read_kernel(t, sizeof(*t), node + pivots))
		return NULL;
	while (i < TREE_PIVOTS && i < n && t->pivots[i] < address && (!i || t->pivots[i]))
		i++;
	bpf_probe_read_kernel(&branch, sizeof(branch), node + slots + i * sizeof(branch));
	return branch;
}

/* NULL: nothing is mapped there. */
static __always_inline struct vm_area_struct *
find_vma(struct mm_struct *mm, __u64 address)
{
	__u64 entry = (__u64)BPF_CORE_READ(mm, mm_mt.ma_root);

	for (int level = 0; level < TREE_HEIGHT; level++) {
		bool is_leaf = (entry >> NODE_TYPE_SHIFT) % NODE_TYPES < MAPLE_RANGE_64;

		entry = (__u64)branch_at((void *)(entry & -NODE_ALIGNMENT), is_leaf, address);
		if (is_leaf)
			return (void *)entry;
	}
	return NULL;
}

#endif
