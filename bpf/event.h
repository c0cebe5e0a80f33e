/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs are to do when an event fires: which number it comes with, and which conditions it has to meet.
 * lib/sampler writes it into a map, by the event's number. Private to the two. */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Where a number is found. The context is struct pt_regs for kprobes, uprobes and what returns from them; the record that
 * tracefs' `format` describes for a tracepoint; 64 bits for each argument for raw tracepoints, fentry and fexit, where the
 * result follows the arguments. */
enum operand_kind {
	OPERAND_NONE,
	OPERAND_CONTEXT,  /* `size` bytes of the context at `offset` */
	OPERAND_USER,	  /* `size` bytes of user memory; their address: 8 bytes of the context at `offset`, plus `number` */
	OPERAND_CONSTANT, /* `number` */
};

struct event_operand {
	__u8 kind;
	__u8 size; /* 1, 2, 4 or 8 */
	__u8 is_signed;
	__u8 unused;
	__u32 offset;
	__s64 number;
};

enum condition_relation { RELATION_EQUAL, RELATION_NOT_EQUAL, RELATION_LESS, RELATION_LESS_EQUAL, RELATION_BITS, N_RELATIONS };

/* (left & mask) RELATION right; RELATION_BITS: they have a bit in common. Greater is less with `negated`. */
struct event_condition {
	struct event_operand left;
	__u64 mask;
	__s64 right;
	__u8 relation;
	__u8 is_unsigned; /* how they are compared */
	__u8 negated;
	__u8 is_last; /* of those joined by &&; one such group has to hold */
	__u32 unused;
};

enum { CONDITIONS_MAX = 8, FACTORS_MAX = 2 };

/* event_rule.flags, set by lib/sampler/kernel.c */
enum {
	EVENT_CLOCK = 1,   /* the idle task's samples are left out */
	EVENT_RETURN = 2,  /* it fires when a function returns */
	EVENT_ON_CPU = 4,  /* --wall: the value is the time on cpus since the last sample */
};

struct event_rule {
	struct event_operand factors[FACTORS_MAX]; /* a sample's value is their product, 0 if that is negative; NONE: nothing has one */
	struct event_condition conditions[CONDITIONS_MAX];
	__u32 n_factors, n_conditions; /* without conditions each sample counts */
	__u32 flags;
	__u32 unused;
};

#endif
