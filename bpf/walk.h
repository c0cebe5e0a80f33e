/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the user stack of the current task by unwind tables, from frame to frame by DWARF's rules and, where there is
 * no row (code made at run time, assembly without CFI), by one step along the frame pointer. Part of sample.bpf.c.
 *
 * Registers are read late: a frame that saves one only tells where, and hardly any walk ever needs it. */
#ifndef BPF_WALK_H
#define BPF_WALK_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "lookup.h"
#include "message.h"
#include "probed.h"
#include "registers.h"
#include "unwind.h"

const volatile bool with_frame_pointers = true; /* where tables have no row */
const volatile bool with_loop = true;		/* bpf_loop(), where the kernel has it (Linux 5.17) */

static __always_inline bool
read_word(__u64 *word, __u64 address)
{
	return !bpf_probe_read_user(word, sizeof(*word), (void *)address);
}

/* A word on which the rest of the walk depends. */
static __always_inline bool
read_slot(struct walk *w, __u64 *word, __u64 address)
{
	if (!read_word(word, address))
		return false;
	touch(&w->trail, address, *word);
	return true;
}

/* The value of a register in the frame that the walk has come to. */
static __always_inline bool
read_register(struct walk *w, __u32 number, __u64 *value)
{
	__u32 bit;

	number %= REGISTERS;
	bit = 1U << number;
	if (!(w->known & bit))
		return false;
	if (w->in_memory & bit) {
		if (!read_slot(w, &w->reg[number], w->reg[number])) {
			w->end = END_UNREADABLE;
			return false;
		}
		w->in_memory &= ~bit;
	}
	w->trail.used |= w->trail.fresh & bit;
	*value = w->reg[number];
	return true;
}

static __always_inline bool
ended(struct walk *w, enum stack_end end)
{
	w->end = end;
	return false;
}

/* Goes on at the caller, whose stack pointer and next instruction are these. */
static __always_inline bool
arrive(struct walk *w, __u64 sp, __u64 pc)
{
	w->reg[REG_SP] = sp;
	w->trail.fresh &= ~(1U << REG_SP);
	w->pc = CODE_ADDRESS(pc);
	w->is_return = true;
	if (!w->pc)
		return ended(w, END_ROOT);
	return true;
}

/* Out of a signal's handler, to where it was: all registers are there. */
static __always_inline bool
leave_signal(struct walk *w)
{
	__u64 at = w->reg[REG_SP], sp, pc;

	if (!read_word(&sp, at + SIGNAL_SP) || !read_word(&pc, at + SIGNAL_PC))
		return ended(w, END_UNREADABLE);
#define KEEP_REGISTER(number, offset) w->reg[number] = at + offset;
	FOR_EACH_IN_SIGNAL
#undef KEEP_REGISTER
	w->known = w->in_memory = ~0U;
	w->in_memory &= ~(1U << REG_SP);
	w->trail.odd = true;
	if (!arrive(w, sp, pc))
		return false;
	w->bottom = sp;
	w->is_return = false;
	return true;
}

static __always_inline bool
is_sigreturn(__u64 pc)
{
	__u64 first;
#ifdef SIGRETURN_LAST
	__u8 last;

	if (bpf_probe_read_user(&last, sizeof(last), (void *)(pc + sizeof(first))) || last != SIGRETURN_LAST)
		return false;
#endif
	return read_word(&first, pc) && first == SIGRETURN_FIRST;
}

/* At what a signal's handler returns to, or in its system call. */
static __always_inline bool
is_after_handler(struct walk *w)
{
	return is_sigreturn(w->pc) || (!w->is_return && is_sigreturn(w->pc - SIGRETURN_BYTES));
}

static __always_inline bool
follows_call(__u64 pc)
{
	__u64 before;

	return read_word(&before, pc - sizeof(before)) && ENDS_WITH_CALL(before);
}

/* Whether an address can be one that a call left: code, behind a call. */
static __always_inline bool
is_behind_call(const struct walk *w, __u64 pc)
{
	pc = CODE_ADDRESS(pc);
	return follows_call(pc) && find_mapping(w->level, pc - 1);
}

static __always_inline bool
is_behind_system_call(struct walk *w)
{
	system_call before;

	return !w->is_return && !bpf_probe_read_user(&before, sizeof(before), (void *)(w->pc - sizeof(before))) &&
	       before == SYSTEM_CALL;
}

/* Behind the system call that made the task, and gave it 0. */
static __always_inline bool
is_new_task(struct walk *w)
{
	__u64 before, result;

	return read_register(w, REG_RESULT, &result) && !result && read_word(&before, w->pc - sizeof(before)) &&
	       ENDS_WITH_CLONE(before);
}

/* clone() and its like have no rows round their system call, since these would be wrong for the child. Nothing has been
 * pushed there: the return address is where the call has left it. The child may be on a stack of its own, where nobody
 * has called. */
static __always_inline bool
leave_system_call(struct walk *w)
{
	__u64 pc = w->reg[REG_RETURN], sp = w->reg[REG_SP];

	if ((!RETURN_ON_STACK || read_word(&pc, sp)) && is_behind_call(w, pc))
		return arrive(w, sp + RETURN_ON_STACK * sizeof(pc), pc);
	return ended(w, is_new_task(w) ? END_ROOT : END_NO_ROW);
}

static __always_inline bool
give_up(struct walk *w, enum stack_end end)
{
	return ended(w, w->early ? w->early : end);
}

/* Whether a frame record, {caller's frame pointer, return address}, can be the next: further up this stack, with code to
 * return to; or on another stack (Go's runtime changes them), then with a call before that or as the last one. */
static __always_inline bool
is_record(struct walk *w, __u64 fp, const __u64 record[2])
{
	if (fp >= w->reg[REG_SP])
		return !record[1] || find_mapping(w->level, record[1] - 1);
	return fp < w->bottom && (record[0] ? is_behind_call(w, record[1]) : find_mapping(w->level, record[1] - 1));
}

static __always_inline bool
step_frame_pointer(struct walk *w)
{
	__u64 fp, record[2];

	if (!with_frame_pointers || !read_register(w, REG_FP, &fp))
		return give_up(w, END_NO_ROW);
	if (!fp && w->here.table && w->is_return)
		return give_up(w, END_ROOT);
	if (fp % 8 || bpf_probe_read_user(record, sizeof(record), (void *)fp))
		return give_up(w, END_NO_ROW);
	touch(&w->trail, fp, record[0]);
	touch(&w->trail, fp + 8, record[1]);
	record[1] = undiverted(w, fp + sizeof(record), CODE_ADDRESS(record[1]));
	if (!is_record(w, fp, record))
		return give_up(w, END_NO_ROW);
	if (fp < w->bottom)
		w->bottom = fp;
	w->reg[REG_FP] = record[0];
	w->trail.fresh &= ~(1U << REG_FP);
	w->known = 1U << REG_FP | 1U << REG_SP;
	w->in_memory = 0;
	return arrive(w, fp + sizeof(record), record[1]);
}

/* The innermost frame of code that has no row, where the call that began the function is on top of the stack: assembly. */
static __always_inline bool
leave_called(struct walk *w)
{
	__u64 pc, before;

	return RETURN_ON_STACK && !w->is_return && w->here.table && read_word(&pc, w->reg[REG_SP]) &&
	       read_word(&before, pc - sizeof(before)) && CALLS_INTO(pc, before, w->pc) && find_mapping(w->level, pc - 1) &&
	       arrive(w, w->reg[REG_SP] + sizeof(pc), pc);
}

/* The same of code that may have pushed a word (crti.o's and crtbegin.o's, which run in every process) or was called
 * otherwise: on top of the stack is what a call has left, or below one word. */
static __always_inline bool
leave_leaf(struct walk *w)
{
	__u64 sp = w->reg[REG_SP], words[2];

	if (!RETURN_ON_STACK || w->is_return || !w->here.table ||
	    bpf_probe_read_user(words, sizeof(words), (void *)sp))
		return false;
	if (is_behind_call(w, words[0]))
		return arrive(w, sp + 8, words[0]);
	return is_behind_call(w, words[1]) && arrive(w, sp + 16, words[1]);
}

/* One step without a row. */
static __always_inline bool
follow_frame_pointer(struct walk *w)
{
	w->trail.odd = true;
	if (is_after_handler(w))
		return leave_signal(w);
	if (is_behind_system_call(w)) {
		if (leave_system_call(w))
			return true;
		if (w->end == END_ROOT)
			return false;
	}
	return leave_called(w) || step_frame_pointer(w) || (w->end == END_NO_ROW && leave_leaf(w));
}

static __always_inline bool
find_cfa(struct walk *w, __u64 *cfa)
{
	const struct unwind_rule *r = &w->rule;
	__u64 base;

	if (!read_register(w, r->base, &base))
		return w->end == END_UNREADABLE ? false : ended(w, END_NO_ROW);
	switch (r->kind) {
	case UNWIND_LOAD:
		w->trail.odd = true;
		if (!read_word(&base, base + (__s64)r->load))
			return ended(w, END_UNREADABLE);
		break;
	case UNWIND_PLT:
		if ((w->pc & 15) >= (__u64)(__s64)r->load)
			base += 8;
		break;
	default:
		break;
	}
	*cfa = base + (__s64)r->cfa;
	return true;
}

static __always_inline void
restore(struct walk *w, __s16 words, __u32 number, __u64 cfa)
{
	__u32 bit = 1U << number;

	if (words == UNWIND_LOST) {
		w->known &= ~bit;
	} else if (words != UNWIND_SAME) {
		w->reg[number] = cfa + words * 8LL;
		w->known |= bit;
		w->in_memory |= bit;
		w->trail.fresh &= ~bit;
	}
}

/* Where the frame at this CFA returns to. Most saved registers count from `from`. */
static __always_inline bool
find_return(struct walk *w, __u64 cfa, __u64 from, __u64 *pc)
{
	__s32 at = w->rule.saved[SAVED_RETURN];

	if (cfa < w->reg[REG_SP] && w->rule.kind != UNWIND_LOAD)
		return ended(w, END_STUCK);
	if (!RETURN_ON_STACK && at == UNWIND_SAME)
		at = UNWIND_IN_REGISTER + REG_RETURN;
	if (at >= UNWIND_IN_REGISTER)
		return read_register(w, at - UNWIND_IN_REGISTER, pc) || ended(w, END_NO_ROW);
	if (cfa == w->reg[REG_SP])
		return ended(w, END_STUCK);
	if (w->rule.flags & UNWIND_RETURN_TOO)
		cfa = from;
	return read_slot(w, pc, cfa + at * 8LL) || ended(w, END_UNREADABLE);
}

/* Go's functions make their frame by one instruction and save the frame pointer by the next. */
static __always_inline bool
is_saving_frame_pointer(__u64 pc)
{
	__u64 code;

	return read_word(&code, pc) && SAVES_FRAME_POINTER(code);
}

static __always_inline bool
follow_rule(struct walk *w)
{
	__u64 cfa, pc, from;

	if (!find_cfa(w, &cfa))
		return false;
	from = cfa;
	if (w->rule.flags & UNWIND_REALIGNED) {
		if (!read_register(w, w->rule.flags & UNWIND_BY_STACK ? REG_SP : REG_FP, &from))
			return w->end == END_UNREADABLE ? false : ended(w, END_NO_ROW);
		from += 16;
	}
	if (!find_return(w, cfa, from, &pc))
		return false;
	pc = undiverted(w, cfa, CODE_ADDRESS(pc));
	if (pc && !holds(&w->here, pc - 1) && !find_mapping(w->level, pc - 1) && !follows_call(pc))
		return step_frame_pointer(w) || (!w->is_made && ended(w, END_STUCK));
	if (w->rule.flags & UNWIND_INNERMOST && !w->is_return && is_saving_frame_pointer(w->pc))
		w->rule.saved[SAVED_FP] = UNWIND_SAME;
	w->known &= KEPT;
#define RESTORE(saved_as, number) restore(w, w->rule.saved[saved_as], number, from);
	FOR_EACH_SAVED(RESTORE)
#undef RESTORE
	return arrive(w, cfa, pc);
}

/* The rule for the frame at pc. Of a return address the call before it counts; but where there is no row for that, the
 * address was not put there by a call (__start_context, on the stack of makecontext()). */
static __always_inline int
find_rule_here(struct walk *w)
{
	__u64 offset = w->pc - w->here.start + w->here.offset;
	int state = find_rule(w->level, w->here.table, offset - w->is_return);

	w->is_made = state == TABLE_READY && w->rule.kind == UNWIND_NONE && w->is_return;
	return w->is_made ? find_rule(w->level, w->here.table, offset) : state;
}

/* From the frame at pc to its caller. False when there is none, for the reason in walk.end. */
static __always_inline bool
go_up(struct walk *w)
{
	__u64 at = w->pc - w->is_return;
	int state;

	if (!holds(&w->here, at) && !find_mapping(w->level, at)) {
		w->here.start = w->here.end = w->here.table = 0;
		w->early = END_NO_MAPPING;
		return follow_frame_pointer(w);
	}
	state = w->here.table ? find_rule_here(w) : TABLE_NEVER;
	if (state == TABLE_PENDING || (state == TABLE_READY && w->rule.kind == UNWIND_UNREAD))
		w->early = END_NO_TABLE;
	if (state != TABLE_READY)
		return follow_frame_pointer(w);
	switch (w->rule.kind) {
	case UNWIND_REGISTER:
	case UNWIND_LOAD:
	case UNWIND_PLT:
		if (w->rule.flags & UNWIND_INNERMOST) {
			if ((!w->is_return || w->is_made) && is_after_handler(w))
				return leave_signal(w);
			if (w->is_return && step_frame_pointer(w))
				return true;
			if (w->is_return && w->rule.saved[SAVED_FP] == UNWIND_SAME)
				return false;
		}
		return follow_rule(w) || (w->is_made && ended(w, END_ROOT));
	case UNWIND_SIGNAL:
		return leave_signal(w);
	case UNWIND_ROOT:
		return ended(w, END_ROOT);
	default:
		return follow_frame_pointer(w);
	}
}

/* Keeps the frame that the walk has come to and goes on to the next. 1: there is none. Global, so that the verifier looks
 * at it once also where a plain loop calls it. */
__noinline int
visit(__u32 level)
{
	struct sample_message *m = message_at(level);
	struct walk *w = walk_at(level);

	if (!m || !w)
		return 1;
	if (w->n >= w->limit) {
		w->end = END_DEPTH;
		return 1;
	}
	/* Where a signal interrupted, as a return address: readers will take one off for the call. */
	m->addresses[w->n % USER_DEPTH] = w->n && !w->is_return ? w->pc + 1 : w->pc;
	w->n++;
	w->hash = mix(w->hash, w->pc);
	return !go_up(w);
}

static long
visit_in_loop(__u32 i, void *level)
{
	long stop = visit(*(__u32 *)level);

	barrier_var(stop); /* the verifier wants to see that it is 0 or 1 */
	return stop & 1;
}

/* One more turn than there may be frames: the last one finds out that there are too many. */
static __always_inline void
visit_all(__u32 level)
{
	if (with_loop && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		bpf_loop(USER_DEPTH + 1, visit_in_loop, &level, 0);
	else
		for (__u32 i = 0; i <= USER_DEPTH && !visit(level); i++)
			;
}

/* What led nowhere may have been told by a table that is not true any more. */
static __always_inline void
want_again(const struct walk *w)
{
	struct layout_table *t = w->changing ? bpf_map_lookup_elem(&tables, &w->changing) : NULL;

	if (t && w->end != END_ROOT && w->end != END_DEPTH)
		t->wanted = 1;
}

/* Copies a context's registers one by one: the verifier allows reads at fixed offsets only, and whole ones. */
static __always_inline void
copy_registers(struct pt_regs *to, const struct pt_regs *from)
{
	__u64 mode = from->REGISTER_MODE;

	barrier_var(mode);
	to->REGISTER_MODE = mode;
#define TAKE_REGISTER(number, name) to->name = from->name;
	FOR_EACH_REGISTER
#undef TAKE_REGISTER
	to->REGISTER_PC = from->REGISTER_PC;
}

/* Begins at the registers in walk.regs. False: the program is one for 32 bits. */
static __always_inline bool
begin(struct walk *w)
{
#define TAKE_REGISTER(number, name) w->reg[number] = w->regs.name;
	FOR_EACH_REGISTER
#undef TAKE_REGISTER
	w->pc = w->regs.REGISTER_PC;
	w->bottom = w->reg[REG_SP];
	begin_trail(&w->trail, w->bottom);
	return IS_NATIVE(w->regs.REGISTER_MODE);
}

#endif
