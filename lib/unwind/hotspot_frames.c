// SPDX-License-Identifier: GPL-2.0-or-later
/* The unwind rules of HotSpot's code: walks through the instructions in a row, twice, and carries along how the caller's
 * frame is found. Where control does not come from above, what the branches to there have brought counts. */
#include "unwind/hotspot_frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "unwind/hotspot_stack.h"

const struct unwind_rule frames_unread = {.kind = UNWIND_UNREAD}, frames_unsupported = {.kind = UNWIND_UNSUPPORTED};

#if !defined(__x86_64__)

bool
frames_known(void)
{
	return false;
}

bool
frames_follow(const struct frames *f)
{
	(void)f;
	return false;
}

struct unwind_rule
frames_interpreted(void)
{
	return frames_unsupported;
}

#else

enum {
	ALIGNMENT = 32, /* of a stub's entry */
	JUMP = 0xe9,
};

struct following {
	const struct frames *f;
	uint32_t *brought; /* by offset: number + 1 in `stacks` of what a branch brings there */
	struct stack *stacks;
	size_t n, cap;
	struct unwind_rule rule; /* of the last row */
	bool moved; /* the rule may be another than that */
	bool tells, has_told, good;
};

bool
frames_known(void)
{
	return true;
}

/* What holds where nothing is known to lead to. */
static struct stack
stack_elsewhere(const struct frames *f)
{
	if (f->kind == FRAMES_COMPILED && f->frame_size)
		return stack_of_size((int32_t)f->frame_size);
	return f->kind == FRAMES_INTERPRETED || f->kind == FRAMES_ENTRY ? stack_interpreted() : stack_called();
}

static struct stack
stack_at_start(const struct frames *f)
{
	return f->kind == FRAMES_INTERPRETED ? stack_interpreted() : f->kind == FRAMES_ENTRY ? stack_entered() : stack_called();
}

static void
bring(struct following *w, int64_t to, const struct stack *s)
{
	if (to < 0 || to >= (int64_t)w->f->n || w->brought[to])
		return;
	GROW(w->stacks, w->n, w->cap);
	w->stacks[w->n++] = *s;
	w->brought[to] = (uint32_t)w->n;
}

static void
tell(struct following *w, size_t at, const struct stack *s)
{
	struct unwind_rule rule;

	if (!w->tells || !w->moved)
		return;
	w->moved = false;
	rule = stack_rule(s);
	if (w->has_told && !memcmp(&rule, &w->rule, sizeof(rule)))
		return;
	w->rule = rule;
	w->has_told = true;
	w->f->row(w->f->to, (uint32_t)at, &rule);
}

/* Constants stand between stubs. These begin at round addresses, and most with "push %rbp; mov %rsp,%rbp". */
static size_t
stub_within(const struct frames *f, size_t at, size_t length)
{
	static const uint8_t enter[] = {0x55, 0x48, 0x8b, 0xec};
	size_t next = (at + ALIGNMENT) / ALIGNMENT * ALIGNMENT;

	if (f->kind != FRAMES_STUBS || next >= at + length || next + sizeof(enter) > f->n ||
	    memcmp(f->code + next, enter, sizeof(enter)))
		return 0;
	return next - at;
}

/* Follows one instruction. Returns whether control can come to the next one from it. */
static bool
follow_one(struct following *w, size_t at, const struct x86_instruction *x, struct stack *s)
{
	int64_t next = (int64_t)at + x->length;
	struct stack called = stack_called();

	switch (stack_flow(x)) {
	case FLOW_ENDS:
		return false;
	case FLOW_JUMPS:
		bring(w, next + x->immediate, s);
		return false;
	case FLOW_BRANCHES:
		bring(w, next + x->immediate, s);
		return true;
	case FLOW_CALLS:
		if (x->immediate)
			bring(w, next + x->immediate, &called);
		else
			stack_push(s, STACK_NO_REGISTER);
		w->moved = true;
		return true;
	default:
		w->moved |= stack_step(s, x);
		return true;
	}
}

static bool
is_checked(const struct frames *f)
{
	return f->kind == FRAMES_COMPILED && f->frame_size && f->frame_complete;
}

static void
check_frame(struct following *w, size_t at, const struct stack *s)
{
	if (is_checked(w->f) && at == w->f->frame_complete)
		w->good = stack_has_size(s, (int32_t)w->f->frame_size);
}

/* A method that is not to be entered any more has a jump written over the first bytes of its prologue. Who is in it already
 * is behind that. Returns how many bytes to step over; 0: it is not so. */
static size_t
prologue_gone(const struct following *w, size_t at)
{
	const struct frames *f = w->f;

	return is_checked(f) && at == f->entry && f->code[at] == JUMP && at < f->frame_complete ? f->frame_complete - at : 0;
}

/* What holds at a place that control may not come to from above: what a branch brings, else what is usual. Returns whether
 * that is certain. */
static bool
arrive(struct following *w, size_t at, struct stack *s)
{
	w->moved = true;
	*s = w->brought[at] ? w->stacks[w->brought[at] - 1] : stack_elsewhere(w->f);
	return w->brought[at];
}

static void
follow_all(struct following *w)
{
	const struct frames *f = w->f;
	struct stack s = stack_at_start(f);
	bool comes = true, certain = true;

	w->moved = true;
	for (size_t at = 0; at < f->n;) {
		struct x86_instruction x;
		bool is_good = x86_read(f->code + at, f->n - at, &x);
		size_t length = is_good ? x.length : 1, stub = stub_within(f, at, length), gone = prologue_gone(w, at);

		if (!comes || (!certain && w->brought[at]))
			certain = arrive(w, at, &s);
		check_frame(w, at, &s);
		tell(w, at, &s);
		comes = is_good && !stub && !gone && follow_one(w, at, &x, &s);
		at += stub ? stub : gone ? gone : length;
	}
}

struct unwind_rule
frames_interpreted(void)
{
	struct stack s = stack_interpreted();

	return stack_rule(&s);
}

bool
frames_follow(const struct frames *f)
{
	struct following w = {.f = f, .good = !is_checked(f)};
	struct stack called = stack_called();

	w.brought = xcalloc(f->n + 1, sizeof(*w.brought));
	if (f->entry)
		bring(&w, f->entry, &called);
	if (f->other_entry)
		bring(&w, f->other_entry, &called);
	follow_all(&w);
	w.tells = true;
	follow_all(&w);
	free(w.brought);
	free(w.stacks);
	return w.good;
}

#endif
