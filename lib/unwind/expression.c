// SPDX-License-Identifier: GPL-2.0-or-later
/* DWARF expressions in frames. */
#include "unwind/expression.h"

#include "unwind/machine.h"

enum {
	OP_DEREF = 0x06,
	OP_CONST1U = 0x08,
	OP_CONST2S = 0x0b,
	OP_CONSTU = 0x10,
	OP_CONSTS = 0x11,
	OP_MINUS = 0x1c,
	OP_PLUS = 0x22,
	OP_PLUS_UCONST = 0x23,
	OP_LIT0 = 0x30,
	OP_BREG0 = 0x70,
	OP_BREGX = 0x92,
	OP_NOP = 0x96,
	ALL = 32, /* lit0 to lit31, breg0 to breg31 */
};

static bool
is_plt(const struct cursor *c)
{
	for (size_t i = 0; i < machine.plt_size; i++)
		if (c->at[i] != machine.plt[i] && (i != machine.plt_constant || c->at[i] - OP_LIT0 >= ALL))
			return false;
	return true;
}

static bool
take_plt(const struct cursor *c, struct unwind_rule *rule)
{
	if (!machine.plt_size || cursor_left(c) != machine.plt_size || !is_plt(c))
		return false;
	rule->kind = UNWIND_PLT;
	rule->base = c->at[0] - OP_BREG0;
	rule->cfa = c->at[1];
	rule->load = c->at[machine.plt_constant] - OP_LIT0;
	return true;
}

/* register + offset, or what is there in memory + offset */
struct linear {
	uint64_t base;
	int64_t load, offset;
	bool loaded;
};

static bool
take_register(struct cursor *c, struct linear *l)
{
	uint8_t op = cursor_byte(c);

	if (op >= OP_BREG0 && op < OP_BREG0 + ALL)
		l->base = op - OP_BREG0;
	else if (op == OP_BREGX)
		l->base = cursor_uleb(c);
	else
		return false;
	l->offset = cursor_sleb(c);
	return !c->bad && l->base < machine.registers;
}

static bool
take_constant(struct cursor *c, uint8_t op, int64_t *value)
{
	if (op >= OP_LIT0 && op < OP_LIT0 + ALL)
		*value = op - OP_LIT0;
	else if (op == OP_CONSTU)
		*value = (int64_t)cursor_uleb(c);
	else if (op == OP_CONSTS)
		*value = cursor_sleb(c);
	else if (op == OP_CONST1U)
		*value = cursor_byte(c);
	else if (op == OP_CONST2S)
		*value = (int16_t)cursor_fixed(c, 2);
	else
		return false;
	return !c->bad;
}

/* One step: a load, or something added. */
static bool
take_step(struct cursor *c, struct linear *l)
{
	uint8_t op = cursor_byte(c);
	int64_t value;

	if (op == OP_NOP)
		return true;
	if (op == OP_DEREF) {
		if (l->loaded)
			return false;
		*l = (struct linear){l->base, l->offset, 0, true};
		return true;
	}
	if (op == OP_PLUS_UCONST) {
		value = (int64_t)cursor_uleb(c);
		return !c->bad && !__builtin_add_overflow(l->offset, value, &l->offset);
	}
	if (!take_constant(c, op, &value))
		return false;
	op = cursor_byte(c);
	if (op == OP_PLUS)
		return !__builtin_add_overflow(l->offset, value, &l->offset);
	return op == OP_MINUS && !__builtin_sub_overflow(l->offset, value, &l->offset);
}

bool
expression_cfa(struct cursor c, struct unwind_rule *rule)
{
	struct linear l = {0};

	if (take_plt(&c, rule))
		return true;
	if (!take_register(&c, &l))
		return false;
	while (cursor_left(&c))
		if (!take_step(&c, &l))
			return false;
	if (l.offset != (int32_t)l.offset || l.load != (int32_t)l.load)
		return false;
	rule->kind = l.loaded ? UNWIND_LOAD : UNWIND_REGISTER;
	rule->base = (uint8_t)l.base;
	rule->cfa = (int32_t)l.offset;
	rule->load = (int32_t)l.load;
	return true;
}
