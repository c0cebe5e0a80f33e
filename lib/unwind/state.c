// SPDX-License-Identifier: GPL-2.0-or-later
/* What call frame instructions change. */
#include "unwind/state.h"

#include "unwind/expression.h"
#include "unwind/machine.h"

enum {
	RETURN_UNDEFINED = -32768, /* as saved[SAVED_RETURN] until state_finish() */
	WORD = 8,
	FP_TO_CFA = 2, /* words, in a function that has not realigned its stack */
};

struct state
state_begin(void)
{
	struct state s = {0};

	s.rule.saved[SAVED_RETURN] = machine.return_at_entry;
	return s;
}

/* ---- the CFA ---- */

void
state_cfa(struct state *s, uint64_t base, int64_t offset)
{
	bool fits = base < machine.registers && offset == (int32_t)offset;

	s->cfa_offset = offset;
	s->rule.kind = fits ? UNWIND_REGISTER : UNWIND_UNSUPPORTED;
	s->rule.base = fits ? (uint8_t)base : 0;
	s->rule.cfa = fits ? (int32_t)offset : 0;
	s->rule.load = 0;
}

/* The C++ runtime keeps the offset over an expression, and libgcrypt counts on it. */
bool
state_cfa_register(struct state *s, uint64_t base)
{
	if (s->rule.kind == UNWIND_NONE)
		return false;
	state_cfa(s, base, s->cfa_offset);
	return true;
}

bool
state_cfa_offset(struct state *s, int64_t offset)
{
	if (s->rule.kind == UNWIND_REGISTER)
		state_cfa(s, s->rule.base, offset);
	s->cfa_offset = offset;
	return s->rule.kind != UNWIND_NONE;
}

void
state_cfa_expression(struct state *s, struct cursor expression)
{
	if (!expression_cfa(expression, &s->rule))
		s->rule.kind = UNWIND_UNSUPPORTED;
}

/* ---- registers ---- */

static void
put(struct state *s, uint64_t number, int16_t words)
{
	int followed = machine_followed(number);

	if (followed >= 0) {
		s->rule.saved[followed] = words;
		s->from_fp &= ~(1U << followed);
	} else if (followed == MACHINE_STACK) {
		s->stack_moved = words != UNWIND_SAME;
	}
}

/* 0 is "not touched", so the word at the CFA itself cannot be said: it is the caller's, who has no reason to keep our
 * registers there. */
static int16_t
words(int64_t bytes)
{
	int64_t n = bytes / WORD;

	return bytes % WORD == 0 && n && n > RETURN_UNDEFINED && n < UNWIND_IN_REGISTER ? (int16_t)n : UNWIND_LOST;
}

void
state_at(struct state *s, uint64_t number, int64_t bytes)
{
	put(s, number, words(bytes));
}

void
state_is(struct state *s, uint64_t number, int64_t bytes)
{
	put(s, number, machine_followed(number) == MACHINE_STACK && !bytes ? UNWIND_SAME : UNWIND_LOST);
}

/* GCC has all registers at places that count from the frame pointer where it aligns the stack. */
void
state_where(struct state *s, uint64_t number, struct cursor expression)
{
	int followed = machine_followed(number);
	struct unwind_rule place = {0};

	put(s, number, UNWIND_LOST);
	if (followed < 0 || followed == SAVED_RETURN || !expression_cfa(expression, &place) ||
	    place.kind != UNWIND_REGISTER || machine_followed(place.base) != SAVED_FP)
		return;
	s->rule.saved[followed] = words((int64_t)place.cfa - FP_TO_CFA * WORD);
	if (s->rule.saved[followed] != UNWIND_LOST)
		s->from_fp |= 1U << followed;
}

/* vfork() and the C++ runtime take the return address off the stack before they are done. */
void
state_in(struct state *s, uint64_t number, uint64_t other)
{
	bool said = machine_followed(number) == SAVED_RETURN && other < machine.registers;

	put(s, number, said ? (int16_t)(UNWIND_IN_REGISTER + other) : UNWIND_LOST);
}

void
state_lost(struct state *s, uint64_t number)
{
	put(s, number, UNWIND_LOST);
}

void
state_undefined(struct state *s, uint64_t number)
{
	put(s, number, number == machine.return_column ? RETURN_UNDEFINED : UNWIND_LOST);
}

void
state_same(struct state *s, uint64_t number)
{
	put(s, number, number == machine.return_column ? machine.return_at_entry : UNWIND_SAME);
}

void
state_restore(struct state *s, uint64_t number, const struct state *initial)
{
	int followed = machine_followed(number);

	if (followed == MACHINE_STACK)
		s->stack_moved = initial->stack_moved;
	if (followed < 0)
		return;
	put(s, number, initial->rule.saved[followed]);
	s->from_fp |= initial->from_fp & 1U << followed;
}

/* ---- the end ---- */

/* One rule counts all its places from one point. Where the CFA is found by the stack pointer, the frame pointer and the
 * others have been given back, though GCC does not say so. */
static void
count_from_fp(struct unwind_rule *rule, uint8_t from_fp)
{
	bool given_back = rule->kind == UNWIND_REGISTER && machine_followed(rule->base) == MACHINE_STACK;

	rule->flags |= given_back ? 0 : UNWIND_REALIGNED;
	for (int i = 0; i < N_SAVED; i++)
		if (given_back && from_fp >> i & 1)
			rule->saved[i] = UNWIND_SAME;
		else if (!given_back && i != SAVED_RETURN && rule->saved[i] != UNWIND_SAME && !(from_fp >> i & 1))
			rule->saved[i] = UNWIND_LOST;
}

struct unwind_rule
state_finish(const struct state *s, bool sigframe)
{
	struct unwind_rule rule = s->rule;

	if (rule.saved[SAVED_RETURN] == RETURN_UNDEFINED)
		return (struct unwind_rule){.kind = UNWIND_ROOT};
	if (sigframe && machine.is_sigframe(&rule))
		return (struct unwind_rule){.kind = UNWIND_SIGNAL};
	if (rule.kind == UNWIND_NONE || rule.kind == UNWIND_UNSUPPORTED || s->stack_moved ||
	    rule.saved[SAVED_RETURN] == UNWIND_LOST)
		return (struct unwind_rule){.kind = UNWIND_UNSUPPORTED};
	if (s->from_fp)
		count_from_fp(&rule, s->from_fp);
	return rule;
}
