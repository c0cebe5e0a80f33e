/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where on the kernel's stack the return addresses are that the kernel's own walk has found, by the kernel's unwind tables
 * (ORC, on x86): where these words are the same, so is the walk. Part of sample.bpf.c. */
#ifndef BPF_ORC_H
#define BPF_ORC_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "message.h"
#include "trail.h"

enum {
	ORC_STEPS = 24,	   /* of the search: tables of up to 16 million rows */
	FIRST_SPAN = 64,   /* words in which the first return address is, behind the program's context */
	FIRST_FRAMES = 4,
	NO_SLOT = SPAN,
};

/* asm/orc_types.h: what the stack pointer before the call counts from, and the frame pointer's place. */
enum { ORC_REG_UNDEFINED = 0, ORC_REG_PREV_SP = 1, ORC_REG_BP = 4, ORC_REG_SP = 5 };

/* __start_orc_unwind_ip[] and __start_orc_unwind[], by lib/sampler. No rows: this kernel does not have them, or not for us. */
const volatile __u64 orc_places = 0, orc_rows = 0;
const volatile __u32 n_orc_rows = 0;

/* struct orc_entry; its further bits are not the same in all versions. */
struct orc_row {
	__s16 sp_offset, bp_offset;
	__u16 sp_reg : 4, bp_reg : 4, others : 8;
};
_Static_assert(sizeof(struct orc_row) == 6, "struct orc_entry");

/* Where a thread is in user space; a thread of the kernel is nowhere. */
struct place {
	__u64 pc, sp, fp;
};

/* The current thread as it leaves its cpu: where it is, and its kernel stack from the program's context on up. */
struct leaving {
	__u64 words[SPAN];
	__u64 from, to; /* to: the saved user registers; behind the last return address */
	__u64 last;	/* the word before these, where what the way into the kernel calls returns to */
	struct place place;
	__u32 tid;	/* and which event it is, if one */
	__u32 memory;	/* number of its memory of the place */
	__u32 n, span;	/* words that matter, and that have to be read for them */
	__u32 low, high; /* of the search for a row */
	__u32 at, frame; /* of the search for these words */
	__u32 fp_slot;	 /* where the frame pointer of that frame has been saved; NO_SLOT: nobody knows */
	__u64 callee;	 /* what the first of them has called */
	struct orc_row row;
	__u16 slots[SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEVELS);
	__type(key, __u32);
	__type(value, struct leaving);
} leavings SEC(".maps");

/* Of return addresses. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set by lib/sampler */
	__type(key, __u64);
	__type(value, struct orc_row);
} orc_known SEC(".maps");

static __always_inline struct leaving *
leaving_at(__u32 level)
{
	return bpf_map_lookup_elem(&leavings, &level);
}

/* The last row for a place not behind this one. Places are told as distances from where that is written. The verifier keeps
 * no account of what is in a map's value, or it would look at each way that the search may take. */
static __always_inline __u32
find_row(struct leaving *t, __u64 place)
{
	t->low = 0;
	t->high = n_orc_rows;
	for (int i = 0; i < ORC_STEPS && t->high - t->low > 1; i++) {
		__u32 middle = t->low + (t->high - t->low) / 2;
		__u64 at = orc_places + middle * 4ULL;
		__s32 distance = 0;

		bpf_probe_read_kernel(&distance, sizeof(distance), (void *)at);
		if (at + distance <= place)
			t->low = middle;
		else
			t->high = middle;
	}
	return t->low;
}

/* The row for a return address: leaving.row. Global, as is the next. */
__noinline int
find_orc(__u32 level, __u64 address)
{
	struct leaving *t = leaving_at(level);
	struct orc_row *known = bpf_map_lookup_elem(&orc_known, &address), row = {};

	if (!t)
		return 0;
	if (known) {
		t->row = *known;
		return 1;
	}
	if (bpf_probe_read_kernel(&row, sizeof(row), (void *)(orc_rows + find_row(t, address - 1) * sizeof(row))))
		return 0;
	t->row = row;
	bpf_map_update_elem(&orc_known, &address, &row, BPF_ANY);
	return 1;
}

/* An address of a message. The bound is for the verifier, which has to see it on the very register that is used (Linux 6.1). */
static __always_inline __u64
address_in(const struct sample_message *m, __u32 i)
{
	barrier_var(i);
	return i < USER_DEPTH + KERNEL_DEPTH ? m->addresses[i] : 0;
}

/* Looks for the first of the addresses that is on the stack as the program sees it: t->frame, and where, t->at. */
static __always_inline bool
find_first(const struct sample_message *m, __u32 first, struct leaving *t, __u32 words)
{
	for (__u32 i = 0; i < FIRST_SPAN && i < words; i++)
		for (__u32 k = 1; k < FIRST_FRAMES; k++)
			if (t->words[i] == address_in(m, first + k)) {
				t->at = i;
				t->frame = k;
				t->callee = address_in(m, first + k - 1);
				return true;
			}
	return false;
}

static __always_inline bool
add_slot(struct leaving *t, __u32 slot)
{
	__u32 n = t->n;

	if (n >= SLOTS || slot >= SPAN)
		return false;
	t->slots[n] = slot;
	t->n = n + 1;
	if (t->span <= slot)
		t->span = slot + 1;
	return true;
}

/* The stack pointer before the call of the function that an address is in; 0: the tables do not say. What the frame pointer was
 * matters where it counts from that. */
static __always_inline __u64
pointer_before(struct leaving *t, __u64 pointer)
{
	__u32 slot = t->fp_slot;

	if (t->row.sp_reg == ORC_REG_SP)
		return pointer + t->row.sp_offset;
	if (t->row.sp_reg != ORC_REG_BP || slot >= SPAN || !add_slot(t, slot))
		return 0;
	return t->words[slot] + t->row.sp_offset;
}

/* Goes on behind a call, with the frame pointer where the function has put its caller's. */
static __always_inline void
follow_frame(struct leaving *t, __u64 pointer)
{
	__u64 slot = (pointer + t->row.bp_offset - t->from) / 8;

	if (t->row.bp_reg == ORC_REG_PREV_SP)
		t->fp_slot = slot < SPAN ? slot : NO_SLOT;
	else if (t->row.bp_reg != ORC_REG_UNDEFINED)
		t->fp_slot = NO_SLOT;
	t->at = (pointer - 8 - t->from) / 8;
}

/* One return address is where it should be; and where is the next? 1: there is none. -1: nobody knows. */
static __always_inline int
follow_slot(const struct sample_message *m, __u32 first, struct leaving *t, __u32 words, __u32 level)
{
	__u32 at = t->at, k = t->frame;
	__u64 pointer;

	if (at >= words || at >= SPAN || k >= m->n_kernel || k >= KERNEL_DEPTH || t->words[at] != address_in(m, first + k) ||
	    !add_slot(t, at))
		return -1;
	t->frame = k + 1;
	if (k + 1 == m->n_kernel)
		return 1;
	if (!find_orc(level, address_in(m, first + k)))
		return -1;
	if (t->row.sp_reg == ORC_REG_BP && k + 2 == m->n_kernel)
		return t->last == address_in(m, first + k + 1) ? 1 : -1;
	pointer = pointer_before(t, t->from + at * 8ULL + 8);
	if (pointer <= t->from + at * 8ULL + 8 || pointer % 8)
		return -1;
	follow_frame(t, pointer);
	return 0;
}

/* What is seen of these words: pointers into the stack itself count from where it is. */
static __always_inline __u64
see_kernel(const struct leaving *t, const __u16 slots[SLOTS], __u32 n)
{
	__u64 seen = 0;

	for (__u32 i = 0; i < SLOTS && i < n; i++) {
		__u64 word = t->words[slots[i] % SPAN];

		seen = mix(seen, word - t->from < t->to - t->from ? word - t->from : word);
	}
	return seen;
}

/* Finds the slots of the kernel part of a message. All return addresses have to be where the tables say, but for the way into
 * the kernel: do_syscall_64() makes its frame larger by chance; what it returns to is the last word. 1: done. */
__noinline int
find_slots(__u32 level)
{
	struct sample_message *m = message_at(level);
	struct leaving *t = leaving_at(level);
	__u32 first, words;
	int end = 0;

	if (!m || !t)
		return 0;
	first = m->n_user;
	words = (t->to - t->from) / 8;
	t->n = t->span = 0;
	t->fp_slot = NO_SLOT;
	if (words >= SPAN)
		words = SPAN - 1;
	if (first > USER_DEPTH || bpf_probe_read_kernel(t->words, words * 8, (void *)t->from) || !find_first(m, first, t, words))
		return 0;
	if (find_orc(level, t->callee))
		follow_frame(t, t->from + t->at * 8ULL + 8);
	for (__u32 i = 0; i < SLOTS && !end; i++)
		end = follow_slot(m, first, t, words, level);
	return end == 1;
}

#endif
