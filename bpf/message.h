/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the recording, and the memory of a cpu's programs: the message that is being made. Part of sample.bpf.c. */
#ifndef BPF_MESSAGE_H
#define BPF_MESSAGE_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "sample.h"

volatile __u32 window = 0;    /* number of the current window; its lowest bit chooses the side */
volatile __u32 recording = 0; /* probes fire from when they are attached; before and after the recording that is nothing */

/* Programs interrupt one another: those of tasks (of which the ones of uprobes may even be preempted), of soft interrupts,
 * of interrupts and of NMIs. So each takes a level of memory that is free. */
enum { LEVELS = 6, NO_LEVEL = LEVELS };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEVELS);
	__type(key, __u32);
	__type(value, struct sample_message);
} messages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEVELS);
	__type(key, __u32);
	__type(value, __u32);
} levels SEC(".maps");

static __always_inline struct sample_message *
message_at(__u32 level)
{
	return bpf_map_lookup_elem(&messages, &level);
}

/* NO_LEVEL: all are in use. Global, so that the verifier looks at it once. */
__noinline __u32
take_level(void)
{
	for (__u32 i = 0; i < LEVELS; i++) {
		__u32 level = i, *taken = bpf_map_lookup_elem(&levels, &level);

		if (taken && !*taken && !__sync_val_compare_and_swap(taken, 0, 1))
			return level;
	}
	return NO_LEVEL;
}

static __always_inline void
give_back_level(__u32 level)
{
	__u32 *taken = bpf_map_lookup_elem(&levels, &level);

	if (taken)
		*(volatile __u32 *)taken = 0;
}

/* The 64 bits that stand for a stack. Among a million stacks two are alike with a chance of 3 in 100 million. */
static __always_inline __u64
mix(__u64 hash, __u64 address)
{
	hash = (hash ^ address) * 0xff51afd7ed558ccdULL;
	return hash ^ hash >> 32;
}

#endif
