/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sampling program and lib/sampler share. Private to the two. */
#ifndef BPF_SAMPLE_H
#define BPF_SAMPLE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum {
	KERNEL_DEPTH = 127, /* frames of the kernel part; kernel.perf_event_max_stack */
	USER_DEPTH = 1024,  /* frames of the user part; a power of two */
};

/* Why a user stack has no further frame. */
enum stack_end {
	END_ROOT,	/* nobody called the last one */
	END_DEPTH,	/* there are more */
	END_NO_ROW,	/* no unwind information, and no frame pointer that leads to code */
	END_UNREADABLE, /* the stack's memory could not be read */
	END_NO_MAPPING, /* code of a mapping that we did not know yet */
	END_NO_TABLE,	/* code of a binary whose table was not there yet */
	END_STUCK,	/* the caller's frame would not be above */
	END_UNTOLD,	/* walked by the kernel, along frame pointers */
	N_STACK_ENDS,
};

/* What is counted apart. No padding: the kernel hashes the bytes. */
struct sample_key {
	__u64 stack; /* hash of the addresses */
	__u64 start; /* of the thread, ns since boot */
	__u32 pid, tid;
	__u32 cpu;
	__u32 exec; /* how often the task has called exec: tells an old program from the new one */
	char comm[16];
};
_Static_assert(sizeof(struct sample_key) == 48, "struct sample_key has padding");

/* One sample with its stack, through the ring buffer. Further samples with the same key in the same window only
 * count in the map. Leaf first; the user part, then the kernel part. */
struct sample_message {
	struct sample_key key;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__u32 window;
	__u16 n_user, n_kernel;
	__u32 end; /* enum stack_end, of the user part */
	__u32 unused;
	__u64 addresses[USER_DEPTH + KERNEL_DEPTH + 1];
};
#define SAMPLE_MESSAGE_HEAD 72
_Static_assert(__builtin_offsetof(struct sample_message, addresses) == SAMPLE_MESSAGE_HEAD, "sample_message head");

/* What became of the samples of one window on one cpu: each adds to `fired` and to one of the others. */
struct sample_stats {
	__u64 fired;
	__u64 delivered;
	__u64 idle;	 /* filtered: the idle task */
	__u64 other;	 /* filtered: a task that is not asked for */
	__u64 late;	 /* filtered: after the end of the recording */
	__u64 ring_full; /* lost: no room for the message */
	__u64 no_ring;	 /* lost: a cpu that was not there at the start */
};

#endif
