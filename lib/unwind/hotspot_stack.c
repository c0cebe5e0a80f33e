// SPDX-License-Identifier: GPL-2.0-or-later
/* What an instruction of HotSpot's code changes of how the caller's frame is found (src/hotspot/cpu/x86).
 *
 * Compiled methods keep their caller's rbp on top of a frame of one size. Stubs have "push %rbp; mov %rsp,%rbp". The
 * interpreter does that, too, but leaves its caller's rsp in the frame, since arguments have become local variables.
 * Between compiled and interpreted methods adapters take the return address off the stack and put it back elsewhere. */
#include "unwind/hotspot_stack.h"

#if defined(__x86_64__)

enum { WORD = 8, SENDER = -8 /* from rbp, in an interpreted frame */, DWARF_RBP = 6, DWARF_RSP = 7 };

static const uint8_t dwarf[] = {0, 2, 1, 3, DWARF_RSP, DWARF_RBP, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

/* ---- where it begins ---- */

struct stack
stack_called(void)
{
	return (struct stack){.base = X86_RSP, .has_depth = true, .depth = WORD, .sender = STACK_NO_REGISTER};
}

struct stack
stack_entered(void)
{
	return (struct stack){.base = X86_R13, .where = RETURN_ABOVE_SP, .sender = STACK_NO_REGISTER};
}

struct stack
stack_interpreted(void)
{
	return (struct stack){.base = X86_RBP, .interpreted = true, .fp_at = 2 * WORD, .sender = STACK_NO_REGISTER};
}

struct stack
stack_of_size(int32_t bytes)
{
	struct stack s = stack_called();

	s.depth = bytes;
	s.fp_at = bytes >= 2 * WORD ? 2 * WORD : 0;
	return s;
}

bool
stack_has_size(const struct stack *s, int32_t bytes)
{
	return s->where == RETURN_BELOW_CFA && (s->base == X86_RBP || s->base == X86_RSP) && s->has_depth &&
	       s->depth == bytes && s->fp_at == 2 * WORD;
}

/* ---- the stack pointer moves ---- */

static void
lose(struct stack *s)
{
	s->base = STACK_NO_REGISTER;
}

static void
lose_depth(struct stack *s)
{
	s->has_depth = s->fp_on_top = false;
	if (s->base == X86_RSP || s->where == RETURN_ABOVE_SP)
		lose(s);
}

static bool
is_moderate(int64_t bytes)
{
	return bytes >= -(INT32_MAX / 4) && bytes <= INT32_MAX / 4;
}

/* Down by so many bytes. */
static void
move(struct stack *s, int64_t bytes)
{
	s->fp_on_top = false;
	if (!is_moderate(bytes) || !is_moderate(s->depth) || !is_moderate(s->return_at)) {
		lose_depth(s);
		return;
	}
	s->depth += (int32_t)bytes;
	s->return_at += (int32_t)bytes;
	if (s->has_depth && s->depth < 0)
		lose_depth(s);
}

/* The adapters put back what they have taken; so do interpreted methods, once the local variables are there. */
static void
put_return(struct stack *s)
{
	if (s->base == X86_R13) {
		s->where = RETURN_ABOVE_SP;
		s->return_at = 0;
	} else {
		*s = stack_called();
	}
}

void
stack_push(struct stack *s, uint8_t number)
{
	if (s->where == RETURN_IN_REGISTER && number == s->return_register) {
		put_return(s);
		return;
	}
	move(s, WORD);
	if (number == X86_RBP && s->base == X86_RBP && s->has_depth && !s->interpreted)
		s->base = X86_RSP; /* it will hold something else for a while */
	if (number == X86_RBP && !s->fp_at && s->base != STACK_NO_REGISTER) {
		s->fp_on_top = true;
		if (s->has_depth)
			s->fp_at = s->depth;
	}
	if (number == X86_R13 && s->where == RETURN_ABOVE_FP)
		*s = stack_interpreted();
}

static void
take_return(struct stack *s, uint8_t number)
{
	s->where = RETURN_IN_REGISTER;
	s->return_register = number;
}

static void
pop(struct stack *s, uint8_t number)
{
	bool takes = s->where == RETURN_BELOW_CFA ? s->base == X86_RSP && s->depth == WORD
						    : s->where == RETURN_ABOVE_SP && !s->return_at;

	if (number == X86_RBP && s->base == X86_RBP && !s->interpreted) {
		s->base = X86_RSP;
		s->has_depth = true;
		s->depth = s->fp_at;
	}
	if (number == X86_RBP && s->has_depth && s->depth == s->fp_at)
		s->fp_at = 0;
	move(s, -WORD);
	if (takes)
		take_return(s, number);
}

/* "mov %rsp,%rbp" behind "push %rbp"; elsewhere it only keeps rsp for a while. */
static void
set_frame_pointer(struct stack *s)
{
	if (!s->fp_on_top)
		return;
	if (s->where == RETURN_ABOVE_SP) {
		s->where = RETURN_ABOVE_FP;
		s->fp_at = 2 * WORD;
	} else if (s->has_depth && s->base == X86_RSP) {
		s->base = X86_RBP;
		s->offset = s->depth;
	}
}

static void
leave(struct stack *s)
{
	bool interpreted = s->interpreted;

	if (s->base != X86_RBP) {
		lose(s);
		return;
	}
	*s = (struct stack){.base = interpreted ? s->sender : X86_RSP, .has_depth = !interpreted, .depth = s->fp_at - WORD,
			    .where = interpreted ? RETURN_ABOVE_SP : RETURN_BELOW_CFA, .sender = STACK_NO_REGISTER};
}

/* rsp is set to what that register holds. */
static void
return_to(struct stack *s, uint8_t number)
{
	s->fp_on_top = false;
	if (number == X86_RBP && s->base == X86_RBP && !s->interpreted) {
		s->has_depth = true;
		s->depth = s->offset;
	} else if (number == s->base && s->where == RETURN_IN_REGISTER) {
		s->base = X86_RSP;
		s->has_depth = true;
		s->depth = s->offset;
	} else if (!s->interpreted) {
		lose_depth(s);
	}
}

/* ---- instructions ---- */

static bool
is_ordinary(const struct x86_instruction *x, uint8_t op)
{
	return !x->vector && x->map == X86_ONE_BYTE && x->op == op;
}

/* add, sub, and with rsp */
static bool
step_arithmetic(struct stack *s, const struct x86_instruction *x)
{
	if ((!is_ordinary(x, 0x81) && !is_ordinary(x, 0x83)) || x->mod != 3 || x->rm != X86_RSP)
		return false;
	switch (x->reg & 7) {
	case 0:
		move(s, -x->immediate);
		break;
	case 5:
		move(s, x->immediate);
		break;
	case 7: /* cmp */
		break;
	default:
		lose_depth(s);
	}
	return true;
}

static void
move_between(struct stack *s, uint8_t to, uint8_t from)
{
	if (to == X86_RBP && from == X86_RSP)
		set_frame_pointer(s);
	else if (to == X86_RSP)
		return_to(s, from);
	else if (from == X86_RSP && s->base == X86_RSP && s->where == RETURN_IN_REGISTER && !s->depth) {
		s->base = to;
		s->offset = 0;
	}
}

static int
kept_at(uint8_t number)
{
	return number == X86_RBX ? 0 : number >= 12 ? number - 11 : -1;
}

static void
store(struct stack *s, const struct x86_instruction *x)
{
	bool at_sp = x->rm == X86_RSP && !x->indexed;
	int kept = kept_at(x->reg);

	if (at_sp && x->reg == X86_RBP && s->base == X86_RSP && s->has_depth && !s->fp_at && x->displacement >= 0 &&
	    x->displacement < s->depth)
		s->fp_at = s->depth - x->displacement;
	if (at_sp && s->where == RETURN_IN_REGISTER && x->reg == s->return_register && !x->displacement && s->base == X86_R13)
		put_return(s);
	if (x->rm == X86_RBP && !x->indexed && s->base == X86_RBP && !s->interpreted && kept >= 0 && !s->kept[kept] &&
	    x->displacement < 0 && x->displacement > -1024 && !(x->displacement % WORD))
		s->kept[kept] = (int16_t)((s->offset - x->displacement) / WORD);
}

static void
load(struct stack *s, const struct x86_instruction *x)
{
	if (s->interpreted && x->rm == X86_RBP && !x->indexed && x->displacement == SENDER)
		s->sender = x->reg;
	if (x->reg == X86_RSP && !s->interpreted)
		lose_depth(s);
}

/* mov between registers, to memory and from there */
static bool
step_move(struct stack *s, const struct x86_instruction *x)
{
	bool stores = is_ordinary(x, 0x89);

	if ((!stores && !is_ordinary(x, 0x8b)) || !x->wide)
		return false;
	if (x->mod == 3)
		move_between(s, stores ? x->rm : x->reg, stores ? x->reg : x->rm);
	else if (!x->mod && (x->rm & 7) == X86_RBP)
		return true; /* by rip, or at a fixed address */
	else if (stores)
		store(s, x);
	else
		load(s, x);
	return true;
}

static bool
step_address(struct stack *s, const struct x86_instruction *x)
{
	if (!is_ordinary(x, 0x8d) || x->reg != X86_RSP)
		return false;
	if (x->rm == X86_RSP && !x->indexed)
		move(s, -(int64_t)x->displacement);
	else if (!s->interpreted)
		lose_depth(s);
	return true;
}

static bool
step_push_pop(struct stack *s, const struct x86_instruction *x)
{
	if (x->vector || x->map != X86_ONE_BYTE)
		return false;
	if ((x->op & 0xf8) == 0x50)
		stack_push(s, x->rm);
	else if ((x->op & 0xf8) == 0x58)
		pop(s, x->rm);
	else if (x->op == 0x68 || x->op == 0x6a || x->op == 0x9c || (x->op == 0xff && (x->reg & 7) == 6))
		stack_push(s, STACK_NO_REGISTER);
	else if (x->op == 0x9d || x->op == 0x8f)
		pop(s, STACK_NO_REGISTER);
	else if (x->op == 0xc9)
		leave(s);
	else
		return false;
	return true;
}

bool
stack_step(struct stack *s, const struct x86_instruction *x)
{
	return step_push_pop(s, x) || step_arithmetic(s, x) || step_move(s, x) || step_address(s, x);
}

enum stack_flow
stack_flow(const struct x86_instruction *x)
{
	if (x->vector || x->map > X86_0F)
		return FLOW_ON;
	if (x->map == X86_0F)
		return (x->op & 0xf0) == 0x80 ? FLOW_BRANCHES : x->op == 0x0b ? FLOW_ENDS : FLOW_ON;
	switch (x->op) {
	case 0xc2: /* ret */
	case 0xc3:
	case 0xcc: /* int3 */
	case 0xf4: /* hlt */
		return FLOW_ENDS;
	case 0xe9:
	case 0xeb:
		return FLOW_JUMPS;
	case 0xe8:
		return FLOW_CALLS;
	case 0xff:
		return (x->reg & 7) == 4 ? FLOW_ENDS : FLOW_ON;
	default:
		return (x->op & 0xf0) == 0x70 || (x->op & 0xfc) == 0xe0 ? FLOW_BRANCHES : FLOW_ON;
	}
}

/* ---- as a rule ---- */

static const uint8_t kept_as[STACK_KEPT] = {SAVED_RBX, SAVED_R12, SAVED_R13, SAVED_R14, SAVED_R15};

static void
set_return(struct unwind_rule *r, const struct stack *s)
{
	r->saved[SAVED_RETURN] = -1;
	switch (s->where) {
	case RETURN_IN_REGISTER:
		r->saved[SAVED_RETURN] = (int16_t)(UNWIND_IN_REGISTER + dwarf[s->return_register]);
		break;
	case RETURN_ABOVE_SP:
		r->saved[SAVED_RETURN] = (int16_t)(s->return_at / WORD - 2);
		r->flags |= UNWIND_REALIGNED | UNWIND_RETURN_TOO | UNWIND_BY_STACK;
		break;
	case RETURN_ABOVE_FP:
		r->flags |= UNWIND_REALIGNED | UNWIND_RETURN_TOO;
		break;
	default:
		break;
	}
}

static bool
has_rule(const struct stack *s)
{
	if (s->base == STACK_NO_REGISTER || (s->base == X86_RSP && !s->has_depth))
		return false;
	if (s->where == RETURN_IN_REGISTER)
		return s->return_register < sizeof(dwarf);
	return s->where != RETURN_ABOVE_SP || (s->return_at >= 0 && s->return_at < 1 << 16 && !(s->return_at % WORD));
}

static int16_t
frame_pointer_at(const struct stack *s)
{
	if (s->where == RETURN_ABOVE_SP && s->fp_on_top)
		return -2;
	return s->fp_at < 1 << 17 && !(s->fp_at % WORD) ? (int16_t)-(s->fp_at / WORD) : UNWIND_LOST;
}

struct unwind_rule
stack_rule(const struct stack *s)
{
	struct unwind_rule r = {.kind = UNWIND_REGISTER, .base = DWARF_RBP};

	if (!has_rule(s))
		return (struct unwind_rule){.kind = UNWIND_UNSUPPORTED};
	set_return(&r, s);
	for (int i = 0; i < STACK_KEPT; i++)
		r.saved[kept_as[i]] = s->kept[i] ? (int16_t)-s->kept[i] : UNWIND_LOST;
	r.saved[SAVED_FP] = frame_pointer_at(s);
	if (s->interpreted) {
		r.kind = UNWIND_LOAD;
		r.load = SENDER;
		r.flags |= UNWIND_REALIGNED | UNWIND_RETURN_TOO;
		return r;
	}
	r.base = dwarf[s->base];
	r.cfa = s->base == X86_RSP ? s->depth : s->offset;
	return r;
}

#endif
