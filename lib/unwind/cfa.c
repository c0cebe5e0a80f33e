// SPDX-License-Identifier: GPL-2.0-or-later
/* Call frame instructions. The state they work on is an unwind_rule, with three marks that cfa_finish() takes away. */
#include "unwind/cfa.h"

#include "unwind/expression.h"
#include "unwind/machine.h"

enum {
	RETURN_UNDEFINED = -32768, /* as saved[SAVED_RETURN] */
	STACK_MOVED = 1,	   /* as `unused`: the stack pointer is not the CFA but elsewhere */
	REMEMBERED_MAX = 64,	   /* compilers nest them some three deep */
	WORD = 8,
};

struct run {
	struct cursor code, block; /* block: the last one among the operands */
	uint64_t a, b;		   /* the other operands */
	const struct common *common;
	const struct descriptions *all; /* NULL: it is a CIE, which has no places */
	const struct cfa_out *out;
	uint64_t at, end;
	bool changed; /* since the last row */
	unsigned depth;
	struct unwind_rule now, remembered[REMEMBERED_MAX];
};

/* ---- places ---- */

static void
row(struct run *r)
{
	struct unwind_rule rule;

	if (!r->changed)
		return;
	rule = cfa_finish(&r->now, r->common->sigframe);
	r->out->row(r->out->to, r->at, &rule);
	r->changed = false;
}

/* What is said from the end of the description on is not for anyone. */
static bool
advance(struct run *r, uint64_t delta)
{
	uint64_t bytes;

	if (!r->all)
		return false;
	row(r);
	if (__builtin_mul_overflow(delta, r->common->code_align, &bytes) || bytes > r->end - r->at)
		bytes = r->end - r->at;
	r->at += bytes;
	return true;
}

static bool
advance_loc(struct run *r)
{
	return advance(r, r->a);
}

static bool
set_loc(struct run *r)
{
	uint64_t offset, end;

	if (!r->all || !code_offset(r->all, r->a, &offset, &end) || offset < r->at)
		return false;
	row(r);
	r->at = offset < r->end ? offset : r->end;
	return true;
}

/* ---- the CFA ---- */

static bool
set_cfa(struct run *r, uint64_t base, int64_t offset)
{
	bool fits = base < machine.registers && offset == (int32_t)offset;

	r->now.kind = fits ? UNWIND_REGISTER : UNWIND_UNSUPPORTED;
	r->now.base = fits ? (uint8_t)base : 0;
	r->now.cfa = fits ? (int32_t)offset : 0;
	r->now.load = 0;
	return true;
}

static int64_t
data_aligned(const struct run *r, uint64_t offset)
{
	int64_t bytes;

	return __builtin_mul_overflow((int64_t)offset, r->common->data_align, &bytes) ? INT64_MAX : bytes;
}

static bool
def_cfa(struct run *r)
{
	return set_cfa(r, r->a, (int64_t)r->b);
}

static bool
def_cfa_sf(struct run *r)
{
	return set_cfa(r, r->a, data_aligned(r, r->b));
}

/* Only what has been "register + offset" can be changed by halves. */
static bool
change_offset(struct run *r, int64_t offset)
{
	return r->now.kind == UNWIND_REGISTER && set_cfa(r, r->now.base, offset);
}

static bool
def_cfa_register(struct run *r)
{
	return r->now.kind == UNWIND_REGISTER && set_cfa(r, r->a, r->now.cfa);
}

static bool
def_cfa_offset(struct run *r)
{
	return change_offset(r, (int64_t)r->a);
}

static bool
def_cfa_offset_sf(struct run *r)
{
	return change_offset(r, data_aligned(r, r->a));
}

static bool
def_cfa_expression(struct run *r)
{
	if (!expression_cfa(r->block, &r->now))
		r->now.kind = UNWIND_UNSUPPORTED;
	return true;
}

/* ---- registers ---- */

static void
set_saved(struct run *r, uint64_t number, int16_t words, bool moved)
{
	int followed = machine_followed(number);

	if (followed >= 0)
		r->now.saved[followed] = words;
	else if (followed == MACHINE_STACK)
		r->now.unused = moved ? r->now.unused | STACK_MOVED : r->now.unused & ~STACK_MOVED;
	r->changed |= followed != MACHINE_UNFOLLOWED;
}

/* The word at the CFA itself cannot be said: 0 is "not touched". It is the caller's, who saves nothing there for us. */
static bool
saved_at(struct run *r, uint64_t number, int64_t bytes)
{
	int64_t words = bytes / WORD;
	bool fits = bytes % WORD == 0 && words && words > RETURN_UNDEFINED && words < UNWIND_LOST;

	set_saved(r, number, fits ? (int16_t)words : UNWIND_LOST, true);
	return true;
}

static bool
offset(struct run *r)
{
	return saved_at(r, r->a, data_aligned(r, r->b));
}

static bool
negative_offset(struct run *r)
{
	int64_t bytes = data_aligned(r, r->b);

	return saved_at(r, r->a, bytes == INT64_MIN ? INT64_MAX : -bytes);
}

static bool
lost(struct run *r)
{
	set_saved(r, r->a, UNWIND_LOST, true);
	return true;
}

static bool
undefined(struct run *r)
{
	set_saved(r, r->a, r->a == machine.return_column ? RETURN_UNDEFINED : UNWIND_LOST, true);
	return true;
}

static bool
same_value(struct run *r)
{
	set_saved(r, r->a, r->a == machine.return_column ? machine.return_at_entry : UNWIND_SAME, false);
	return true;
}

/* The stack pointer is the CFA: some say so. */
static bool
val_offset(struct run *r)
{
	set_saved(r, r->a, UNWIND_LOST, data_aligned(r, r->b) != 0);
	return true;
}

static bool
restore(struct run *r)
{
	const struct unwind_rule *initial = &r->common->initial;
	int followed = machine_followed(r->a);

	set_saved(r, r->a, followed >= 0 ? initial->saved[followed] : 0, initial->unused & STACK_MOVED);
	return true;
}

/* ---- the rest ---- */

static bool
remember_state(struct run *r)
{
	if (r->depth == REMEMBERED_MAX)
		return false;
	r->remembered[r->depth++] = r->now;
	return true;
}

static bool
restore_state(struct run *r)
{
	if (!r->depth)
		return false;
	r->now = r->remembered[--r->depth];
	r->changed = true;
	return true;
}

static bool
nothing(struct run *r)
{
	(void)r;
	return true;
}

static bool
negate_ra_state(struct run *r)
{
	r->now.flags ^= UNWIND_SIGNED;
	return machine.signs_return;
}

/* ---- instructions ---- */

enum operand { NONE, ULEB, SLEB, BYTE1, BYTE2, BYTE4, BYTE8, ADDRESS, BLOCK };

struct opcode {
	bool (*run)(struct run *r);
	uint8_t a, b; /* enum operand */
	bool changes;
};

/* Those that hold their first operand in their lowest 6 bits, by the highest 2. */
static const struct opcode primary[4] = {
	[1] = {advance_loc, NONE, NONE, false},
	[2] = {offset, NONE, ULEB, false},
	[3] = {restore, NONE, NONE, false},
};

static const struct opcode opcodes[64] = {
	[0x00] = {nothing, NONE, NONE, false},
	[0x01] = {set_loc, ADDRESS, NONE, false},
	[0x02] = {advance_loc, BYTE1, NONE, false},
	[0x03] = {advance_loc, BYTE2, NONE, false},
	[0x04] = {advance_loc, BYTE4, NONE, false},
	[0x05] = {offset, ULEB, ULEB, false},
	[0x06] = {restore, ULEB, NONE, false},
	[0x07] = {undefined, ULEB, NONE, false},
	[0x08] = {same_value, ULEB, NONE, false},
	[0x09] = {lost, ULEB, ULEB, false}, /* in a register */
	[0x0a] = {remember_state, NONE, NONE, false},
	[0x0b] = {restore_state, NONE, NONE, true},
	[0x0c] = {def_cfa, ULEB, ULEB, true},
	[0x0d] = {def_cfa_register, ULEB, NONE, true},
	[0x0e] = {def_cfa_offset, ULEB, NONE, true},
	[0x0f] = {def_cfa_expression, BLOCK, NONE, true},
	[0x10] = {lost, ULEB, BLOCK, false}, /* where an expression says */
	[0x11] = {offset, ULEB, SLEB, false},
	[0x12] = {def_cfa_sf, ULEB, SLEB, true},
	[0x13] = {def_cfa_offset_sf, SLEB, NONE, true},
	[0x14] = {val_offset, ULEB, ULEB, false},
	[0x15] = {val_offset, ULEB, SLEB, false},
	[0x16] = {lost, ULEB, BLOCK, false}, /* what an expression says */
	[0x1d] = {advance_loc, BYTE8, NONE, false}, /* MIPS */
	[0x2d] = {negate_ra_state, NONE, NONE, true},
	[0x2e] = {nothing, ULEB, NONE, false}, /* GNU_args_size: what the caller pushed; no part of the CFA */
	[0x2f] = {negative_offset, ULEB, ULEB, false},
};

static uint64_t
read_operand(struct run *r, enum operand kind)
{
	static const uint8_t sizes[] = {[BYTE1] = 1, [BYTE2] = 2, [BYTE4] = 4, [BYTE8] = 8};
	uint64_t value = 0;

	switch (kind) {
	case NONE:
		break;
	case ULEB:
		return cursor_uleb(&r->code);
	case SLEB:
		return (uint64_t)cursor_sleb(&r->code);
	case ADDRESS:
		r->code.bad |= !pointer_read(r->common->section, &r->code, r->common->encoding, &value);
		break;
	case BLOCK:
		r->block = cursor_block(&r->code, cursor_uleb(&r->code));
		break;
	default:
		return cursor_fixed(&r->code, sizes[kind]);
	}
	return value;
}

/* False: unknown or malformed. */
static bool
step(struct run *r)
{
	uint8_t byte = cursor_byte(&r->code);
	const struct opcode *op = byte >> 6 ? &primary[byte >> 6] : &opcodes[byte];

	if (!op->run)
		return false;
	r->a = byte >> 6 ? byte & 0x3f : read_operand(r, op->a);
	r->b = read_operand(r, op->b);
	r->changed |= op->changes;
	return !r->code.bad && op->run(r);
}

/* ---- a whole description ---- */

void
cfa_common(struct common *common, struct cursor code)
{
	struct run r = {.code = code, .common = common};

	r.now.saved[SAVED_RETURN] = machine.return_at_entry;
	common->initial = r.now;
	while (cursor_left(&r.code))
		if (!step(&r)) {
			common->usable = false;
			return;
		}
	common->initial = r.now;
}

/* `remembered` is left as it is: clearing it would cost more than all the rest. */
void
cfa_run(const struct descriptions *all, const struct description *d, const struct cfa_out *out)
{
	struct run r;

	r.code = d->code;
	r.common = d->common;
	r.all = all;
	r.out = out;
	r.at = d->start;
	r.end = d->end;
	r.changed = true;
	r.depth = 0;
	r.now = d->common->initial;
	while (cursor_left(&r.code) && r.at < r.end)
		if (!step(&r)) {
			r.now = (struct unwind_rule){.kind = UNWIND_UNSUPPORTED};
			r.changed = true;
			break;
		}
	if (r.at < r.end)
		row(&r);
}

struct unwind_rule
cfa_finish(const struct unwind_rule *left, bool sigframe)
{
	struct unwind_rule rule = *left;

	if (rule.saved[SAVED_RETURN] == RETURN_UNDEFINED)
		return (struct unwind_rule){.kind = UNWIND_ROOT};
	if (sigframe && machine.is_sigframe(&rule))
		return (struct unwind_rule){.kind = UNWIND_SIGNAL};
	if (rule.kind == UNWIND_NONE || rule.kind == UNWIND_UNSUPPORTED || rule.unused ||
	    rule.saved[SAVED_RETURN] == UNWIND_LOST)
		return (struct unwind_rule){.kind = UNWIND_UNSUPPORTED};
	return rule;
}
