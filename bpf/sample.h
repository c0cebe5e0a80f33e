/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sampling programs and lib/sampler share. Private to the two. */
#ifndef BPF_SAMPLE_H
#define BPF_SAMPLE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum {
	KERNEL_DEPTH = 127, /* frames of the kernel part; kernel.perf_event_max_stack */
	USER_DEPTH = 1024,  /* frames of the user part; a power of two */
	TRACE_UPROBE_MULTI = 48, /* enum bpf_attach_type, of Linux 6.6 and later */
	CGROUPS_MAX = 16,
	SYSCALLS_MAX = 1024, /* numbers of system calls */
	INSTANCES = 16,     /* programs of each kind that are not told for which event they were called */
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

/* What a task waits for, in samples of --off-cpu and --wall; shown as a frame on top of its stack. */
enum wait_state {
	WAIT_NONE,     /* it does not: it runs */
	WAIT_SLEEP,    /* interruptible: for another task, the network, a timer, … */
	WAIT_DISK,     /* uninterruptible: mostly for a disk */
	WAIT_STOPPED,  /* by a signal or a debugger */
	WAIT_RUNNABLE, /* for a cpu */
	WAIT_UNSEEN,   /* began before the recording, or without a sign */
	WAIT_UNSAMPLED, /* it ran, and no sample has told where; the stack is empty */
	N_WAIT_STATES,
};

/* What is counted apart. No padding: the kernel hashes the bytes. */
struct sample_key {
	__u64 stack; /* hash of the addresses */
	__u64 start; /* of the thread, ns since boot */
	__u32 pid, tid;
	__u32 cpu;
	__u32 exec; /* how often the task has called exec: tells an old program from the new one */
	char comm[16];
	__u32 event; /* its number */
	__u16 state; /* enum wait_state */
	__u16 woken; /* enum waker, of a wait */
	__u32 waker_pid, waker_tid;
	char waker[16];
};
_Static_assert(sizeof(struct sample_key) == 80, "struct sample_key has padding");

enum waker { WAKER_NONE, WAKER_TASK, WAKER_INTERRUPT };

/* As the value of a key in a window's map. */
struct sample_count {
	__u64 count;
	__u64 value;	/* sum of the samples' values; of waits, ns until they were woken */
	__u64 runnable; /* of waits: ns from then on */
};

enum message_kind {
	MESSAGE_SAMPLE, /* one sample with its stack */
	MESSAGE_STACK,	/* a stack that waits may refer to from now on */
	MESSAGE_WAIT,	/* one wait, whose stack has come before */
};

/* What goes through the ring buffer. Of samples with the same key only the first one in a window does, the others are
 * counted in the map. Addresses: leaf first; the user part, then the kernel part. */
struct sample_message {
	struct sample_key key;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__u64 value, runnable;
	__u32 window;
	__u16 n_user, n_kernel;
	__u16 end; /* enum stack_end, of the user part */
	__u16 kind;
	__u32 unused;
	__u64 addresses[USER_DEPTH + KERNEL_DEPTH + 2];
};
#define SAMPLE_MESSAGE_HEAD 120
_Static_assert(__builtin_offsetof(struct sample_message, addresses) == SAMPLE_MESSAGE_HEAD, "sample_message head");

/* A stack that user space keeps for waits: which addresses, of which program. */
struct stack_id {
	__u64 stack;
	__u32 pid, exec;
};

#define RAN_UNKNOWN (~0ULL)

/* A thread that is followed from switch to switch. Atomic: since. */
struct wait {
	struct sample_key key; /* of the wait */
	__u64 since; /* when it left the cpu; 0: it runs */
	__u64 woken; /* 0: not yet, or nobody had to */
	__u64 counted; /* up to when its time on cpus is accounted for */
	__u64 owed;    /* time on cpus before that that no sample has told of */
	__u64 ran;     /* in all, when it was seen last, as the scheduler says; RAN_UNKNOWN: it went, and nobody wanted to know */
	__u16 fate;    /* enum fate of the wait, when it is not delivered */
	__u16 is_unwanted; /* or not known to be wanted: it is only followed */
	__u32 woken_by;	   /* enum waker; valid as woken is */
	__u32 waker_pid, waker_tid;
	char waker[16];
};

/* What may become of a sample: each adds to `fired` and to one of the others.
 * FATE(name, class, what it is called in tally and lost records) */
#define FATES(FATE)                                                                                                    \
	FATE(FIRED, FIRED, "")                                                                                         \
	FATE(DELIVERED, DELIVERED, "")                                                                                 \
	FATE(IDLE, FILTERED, "idle")                                                                                   \
	FATE(OTHER, FILTERED, "other tasks")                                                                           \
	FATE(EXCLUDED, FILTERED, "excluded")                                                                           \
	FATE(COMM, FILTERED, "comm")                                                                                   \
	FATE(CGROUP, FILTERED, "cgroup")                                                                               \
	FATE(CPU, FILTERED, "other cpus")                                                                              \
	FATE(CONDITION, FILTERED, "filter")                                                                            \
	FATE(RATE, FILTERED, "rate")                                                                                   \
	FATE(BLOCK, FILTERED, "shorter or longer block")                                                               \
	FATE(LATE, FILTERED, "after the end")                                                                          \
	FATE(RING_FULL, LOST, "ring full")                                                                             \
	FATE(NO_RING, LOST, "cpu came later")                                                                          \
	FATE(BUSY, LOST, "program busy")                                                                               \
	FATE(THREADS, LOST, "too many threads")                                                                        \
	FATE(NO_STACK, LOST, "no stack")

#define FATE(name, class, text) FATE_##name,
enum fate { FATES(FATE) N_FATES };
#undef FATE

enum { FATES_ROOM = 32 }; /* a power of two */
_Static_assert((int)N_FATES <= (int)FATES_ROOM, "fates have room");

/* Of one event in one window on one cpu; by enum fate. */
struct sample_stats {
	__u64 fates[FATES_ROOM];
};

/* --max-rate: of one event on one cpu. */
struct sample_rate {
	__u64 slice;  /* number of the current slice of time */
	__u32 fired, taken;
	__u32 stride; /* one in so many is taken */
	__u32 picked; /* which of them */
};

/* Patterns of names as one automaton: a bit for each place in a pattern. */
struct comm_patterns {
	__u64 steps[256]; /* by character: the places that it leads away from, to the next one */
	__u64 stays;	  /* places at a '*' */
	__u64 first, last;
};

#endif
