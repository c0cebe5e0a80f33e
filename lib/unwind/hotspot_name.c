// SPDX-License-Identifier: GPL-2.0-or-later
/* What HotSpot calls a piece of its code.
 *
 * A Method has a ConstMethod; that has the number of the method's name in a ConstantPool, whose entries follow it; and the pool
 * has a holder, the class, which has a name (src/hotspot/share/oops). Names are Symbols: their bytes with their length before. */
#include "unwind/hotspot_name.h"

#include <string.h>

enum { SYMBOL_MAX = 1024 /* bytes of longer ones are left out */ };

static bool
peek_pointer(struct memory *m, uint64_t address, uint64_t *to)
{
	return memory_peek(m, address, to, sizeof(*to)) && *to;
}

/* Class names have '/' between their parts; a hidden class's ends in "+0x…", as a number of its kind, where the machine itself shows
 * '/'. Whatever is no text in one line is shown as '?'. */
static char
shown(const char *text, uint16_t i, uint16_t len)
{
	if (text[i] == '/')
		return '.';
	if (text[i] == '+' && i + 2 < len && text[i + 1] == '0' && text[i + 2] == 'x')
		return '/';
	return (unsigned char)text[i] < ' ' ? '?' : text[i];
}

static bool
add_symbol(struct memory *m, const struct hotspot_vm *vm, uint64_t symbol, struct buf *name)
{
	char text[SYMBOL_MAX];
	uint16_t len;

	if (!memory_peek(m, symbol + vm->field[NAMED_LENGTH], &len, sizeof(len)) || !len)
		return false;
	if (len > sizeof(text))
		len = sizeof(text);
	if (!memory_peek(m, symbol + vm->field[NAMED_BODY], text, len))
		return false;
	for (uint16_t i = 0; i < len; i++)
		buf_char(name, shown(text, i, len));
	return true;
}

bool
hotspot_method_name(struct memory *m, const struct hotspot_vm *vm, uint64_t method, struct buf *name)
{
	uint64_t constants, pool, holder, class, symbol;
	size_t before = name->len;
	uint16_t index;

	if (!peek_pointer(m, method + vm->field[NAMED_CONSTANTS], &constants) ||
	    !peek_pointer(m, constants + vm->field[NAMED_POOL], &pool) ||
	    !memory_peek(m, constants + vm->field[NAMED_INDEX], &index, sizeof(index)) ||
	    !peek_pointer(m, pool + vm->field[NAMED_HOLDER], &holder) || !peek_pointer(m, holder + vm->field[NAMED_CLASS], &class) ||
	    !peek_pointer(m, pool + vm->size[TYPE_POOL] + 8ULL * index, &symbol))
		return false;
	if (add_symbol(m, vm, class, name)) {
		buf_char(name, '.');
		if (add_symbol(m, vm, symbol, name))
			return true;
	}
	name->len = before;
	return false;
}
