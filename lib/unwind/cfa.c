// SPDX-License-Identifier: GPL-2.0-or-later
/* Call frame instructions. */
#include "unwind/cfa.h"

#include "unwind/machine.h"

enum { REMEMBERED_MAX = 64 }; /* compilers nest them some three deep */

struct run {
	struct cursor code, block; /* block: the last one among the operands */
	uint64_t a, b;		   /* the other operands */
	const struct common *common;
	const struct descriptions *all; /* NULL: it is a CIE, which has no places */
	const struct cfa_out *out;
	uint64_t at, end;
	bool changed; /* since the last row */
	unsigned depth;
	struct state now, remembered[REMEMBERED_MAX];
};

/* ---- places ---- */

static void
row(struct run *r)
{
	struct unwind_rule rule;

	if (!r->changed)
		return;
	rule = state_finish(&r->now, r->common->sigframe);
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

/* ---- what they do ---- */

static int64_t
data_aligned(const struct run *r, uint64_t offset)
{
	int64_t bytes;

	return __builtin_mul_overflow((int64_t)offset, r->common->data_align, &bytes) ? INT64_MAX : bytes;
}

static bool
def_cfa(struct run *r)
{
	state_cfa(&r->now, r->a, (int64_t)r->b);
	return true;
}

static bool
def_cfa_sf(struct run *r)
{
	state_cfa(&r->now, r->a, data_aligned(r, r->b));
	return true;
}

static bool
def_cfa_register(struct run *r)
{
	return state_cfa_register(&r->now, r->a);
}

static bool
def_cfa_offset(struct run *r)
{
	return state_cfa_offset(&r->now, (int64_t)r->a);
}

static bool
def_cfa_offset_sf(struct run *r)
{
	return state_cfa_offset(&r->now, data_aligned(r, r->a));
}

static bool
def_cfa_expression(struct run *r)
{
	state_cfa_expression(&r->now, r->block);
	return true;
}

static bool
offset(struct run *r)
{
	state_at(&r->now, r->a, data_aligned(r, r->b));
	return true;
}

static bool
negative_offset(struct run *r)
{
	int64_t bytes = data_aligned(r, r->b);

	state_at(&r->now, r->a, bytes == INT64_MIN ? INT64_MAX : -bytes);
	return true;
}

static bool
val_offset(struct run *r)
{
	state_is(&r->now, r->a, data_aligned(r, r->b));
	return true;
}

static bool
expression(struct run *r)
{
	state_where(&r->now, r->a, r->block);
	return true;
}

static bool
in_register(struct run *r)
{
	state_in(&r->now, r->a, r->b);
	return true;
}

static bool
lost(struct run *r)
{
	state_lost(&r->now, r->a);
	return true;
}

static bool
undefined(struct run *r)
{
	state_undefined(&r->now, r->a);
	return true;
}

static bool
same_value(struct run *r)
{
	state_same(&r->now, r->a);
	return true;
}

static bool
restore(struct run *r)
{
	state_restore(&r->now, r->a, &r->common->initial);
	return true;
}

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
	r->now.rule.flags ^= UNWIND_SIGNED;
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
	[2] = {offset, NONE, ULEB, true},
	[3] = {restore, NONE, NONE, true},
};

static const struct opcode opcodes[64] = {
	[0x00] = {nothing, NONE, NONE, false},
	[0x01] = {set_loc, ADDRESS, NONE, false},
	[0x02] = {advance_loc, BYTE1, NONE, false},
	[0x03] = {advance_loc, BYTE2, NONE, false},
	[0x04] = {advance_loc, BYTE4, NONE, false},
	[0x05] = {offset, ULEB, ULEB, true},
	[0x06] = {restore, ULEB, NONE, true},
	[0x07] = {undefined, ULEB, NONE, true},
	[0x08] = {same_value, ULEB, NONE, true},
	[0x09] = {in_register, ULEB, ULEB, true},
	[0x0a] = {remember_state, NONE, NONE, false},
	[0x0b] = {restore_state, NONE, NONE, true},
	[0x0c] = {def_cfa, ULEB, ULEB, true},
	[0x0d] = {def_cfa_register, ULEB, NONE, true},
	[0x0e] = {def_cfa_offset, ULEB, NONE, true},
	[0x0f] = {def_cfa_expression, BLOCK, NONE, true},
	[0x10] = {expression, ULEB, BLOCK, true},
	[0x11] = {offset, ULEB, SLEB, true},
	[0x12] = {def_cfa_sf, ULEB, SLEB, true},
	[0x13] = {def_cfa_offset_sf, SLEB, NONE, true},
	[0x14] = {val_offset, ULEB, ULEB, true},
	[0x15] = {val_offset, ULEB, SLEB, true},
	[0x16] = {lost, ULEB, BLOCK, true}, /* an expression */
	[0x1d] = {advance_loc, BYTE8, NONE, false}, /* MIPS */
	[0x2d] = {negate_ra_state, NONE, NONE, true},
	[0x2e] = {nothing, ULEB, NONE, false}, /* GNU_args_size: what the caller pushed; no part of the CFA */
	[0x2f] = {negative_offset, ULEB, ULEB, true},
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
	struct run r = {.code = code, .common = common, .now = state_begin()};

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
			r.now = (struct state){.rule.kind = UNWIND_UNSUPPORTED};
			r.changed = true;
			break;
		}
	if (r.at < r.end)
		row(&r);
}
