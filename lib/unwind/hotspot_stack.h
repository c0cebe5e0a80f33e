/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the caller's frame is found at one place of HotSpot's code on x86-64, and what an instruction changes of that. Private
 * to lib/unwind. */
#ifndef UNWIND_HOTSPOT_STACK_H
#define UNWIND_HOTSPOT_STACK_H

#include "bpf/unwind.h"
#include "unwind/x86.h"

enum { STACK_NO_REGISTER = 255, STACK_KEPT = 5 /* rbx, r12-r15 */ };

enum stack_return {
	RETURN_BELOW_CFA,
	RETURN_IN_REGISTER,
	RETURN_ABOVE_SP, /* so many bytes */
	RETURN_ABOVE_FP, /* 8 bytes */
};

/* CFA: the caller's stack pointer. */
struct stack {
	uint8_t base; /* register that the CFA is found by; STACK_NO_REGISTER: it is not known */
	int32_t offset; /* the CFA from there, in bytes; with rsp: `depth` */
	bool interpreted; /* the frame of an interpreted method: the CFA is in it, 8 bytes below rbp */
	bool has_depth;
	int32_t depth;	/* from rsp up to the CFA, in bytes */
	int32_t fp_at;	/* the caller's rbp is so far below the CFA; 0: it is in rbp */
	bool fp_on_top; /* it was pushed by the last instruction */
	enum stack_return where;
	uint8_t return_register;
	int32_t return_at;
	uint8_t sender; /* register that has the CFA of the interpreted frame that is being left */
	int16_t kept[STACK_KEPT]; /* the caller's values are so many words below the CFA; 0: lost */
};

struct stack stack_called(void);		/* behind a call */
struct stack stack_entered(void);		/* the same, of an interpreted method: its caller's rsp is in r13 */
struct stack stack_interpreted(void);
struct stack stack_of_size(int32_t bytes);	/* a compiled method's, from the return address on down */

bool stack_has_size(const struct stack *s, int32_t bytes);

enum stack_flow { FLOW_ON, FLOW_ENDS, FLOW_JUMPS, FLOW_BRANCHES, FLOW_CALLS };

/* Where control goes behind an instruction; with the last three by x->immediate. */
enum stack_flow stack_flow(const struct x86_instruction *x);

void stack_push(struct stack *s, uint8_t number); /* a register, or another word */
bool stack_step(struct stack *s, const struct x86_instruction *x); /* false: it changes nothing */

struct unwind_rule stack_rule(const struct stack *s);

#endif
