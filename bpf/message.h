/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message that is being made on this cpu. Part of sample.bpf.c. */
#ifndef BPF_MESSAGE_H
#define BPF_MESSAGE_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "sample.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample_message);
} scratch SEC(".maps");

static __always_inline struct sample_message *
message_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* The 64 bits that stand for a stack. Among a million stacks two are alike with a chance of 3 in 100 million. */
static __always_inline __u64
mix(__u64 hash, __u64 address)
{
	hash = (hash ^ address) * 0xff51afd7ed558ccdULL;
	return hash ^ hash >> 32;
}

#endif
