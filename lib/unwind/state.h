/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What call frame instructions change: how the CFA is found and where the caller's registers are. */
#ifndef UNWIND_STATE_H
#define UNWIND_STATE_H

#include "bpf/unwind.h"
#include "base/cursor.h"

struct state {
	struct unwind_rule rule; /* not yet as it is kept: see state_finish() */
	int64_t cfa_offset;	 /* the last one that was said; an expression in between leaves it */
	uint8_t from_fp;	 /* bits by enum unwind_saved: the place counts from the frame pointer + 16 */
	bool stack_moved;	 /* the caller's stack pointer is not the CFA */
};

/* Where a function begins, before a CIE says anything. */
struct state state_begin(void);

/* The CFA. False: the instruction makes no sense here. */
void state_cfa(struct state *s, uint64_t base, int64_t offset);
bool state_cfa_register(struct state *s, uint64_t base);
bool state_cfa_offset(struct state *s, int64_t offset);
void state_cfa_expression(struct state *s, struct cursor expression);

/* The caller's value of a register, by its number in DWARF, is ... */
void state_at(struct state *s, uint64_t number, int64_t bytes);			   /* so far from the CFA */
void state_is(struct state *s, uint64_t number, int64_t bytes);			   /* the CFA and that */
void state_where(struct state *s, uint64_t number, struct cursor expression);	   /* where that says */
void state_in(struct state *s, uint64_t number, uint64_t other);		   /* in that register */
void state_lost(struct state *s, uint64_t number);				   /* somewhere else */
void state_undefined(struct state *s, uint64_t number);				   /* nowhere */
void state_same(struct state *s, uint64_t number);				   /* in the register */
void state_restore(struct state *s, uint64_t number, const struct state *initial); /* as it was there */

/* The rule as it is kept. */
struct unwind_rule state_finish(const struct state *s, bool sigframe);

#endif
