/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a walk has depended on: where the registers, the words of the stack and the tables are the same, the next walk would
 * come by the same frames. Part of sample.bpf.c. */
#ifndef BPF_TRAIL_H
#define BPF_TRAIL_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "message.h"

enum { SLOTS = 32, SPAN = 256 }; /* words that may matter, and how far away they may be; powers of two */

const volatile bool with_trails = false;

struct trail {
	__u64 base;   /* the stack pointer that the walk began with */
	__u64 seen;   /* hash of the words */
	__u32 n;      /* words */
	__u32 span;   /* up to the last of them */
	__u32 odd;    /* it depended on something else, too, or on too many */
	__u32 fresh;  /* registers that still have the values they began with; a bit for each */
	__u32 used;   /* those that mattered */
	__u16 slots[SLOTS]; /* where the words are, counted from the base */
};

static __always_inline void
begin_trail(struct trail *t, __u64 sp)
{
	t->base = sp;
	t->seen = 0;
	t->n = t->span = t->odd = t->used = 0;
	t->fresh = ~0U;
}

static __always_inline void
touch(struct trail *t, __u64 address, __u64 value)
{
	__u64 slot = (address - t->base) / sizeof(value);

	if (!with_trails)
		return;
	if (t->n >= SLOTS || slot >= SPAN - 1 || (address - t->base) % sizeof(value)) {
		t->odd = true;
		return;
	}
	t->slots[t->n++ % SLOTS] = slot;
	t->seen = mix(t->seen, value);
	if (t->span <= slot)
		t->span = slot + 1;
}

/* The same of a copy of the stack. */
static __always_inline __u64
see(const __u64 words[SPAN], const __u16 slots[SLOTS], __u32 n)
{
	__u64 seen = 0;

	for (__u32 i = 0; i < SLOTS && i < n; i++)
		seen = mix(seen, words[slots[i] % SPAN]);
	return seen;
}

#endif
