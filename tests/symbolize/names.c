// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of every kind that a symbol table can hold, in an order that the test knows. */
#include <stdlib.h>

#define KEEP __attribute__((noinline, used))

KEEP static int
local_one(int x)
{
	return x * 3;
}

KEEP int
global_two(int x)
{
	return local_one(x) + 1;
}

extern int alias_of_two(int) __attribute__((alias("global_two")));
extern int __underscored_two(int) __attribute__((alias("global_two")));
extern int weak_two(int) __attribute__((weak, alias("global_two")));

KEEP static void
stops(void)
{
	abort();
}

/* The call is the last instruction of ends_with_call, so that its return address is the start of after_call. */
__asm__(".text\n"
	".globl ends_with_call\n.type ends_with_call, @function\n"
	"ends_with_call: call stops\n"
	".size ends_with_call, . - ends_with_call\n"
	".globl after_call\n.type after_call, @function\n"
	"after_call: nop; ret\n"
	".size after_call, . - after_call\n"
	/* without type or size */
	".globl bare_label\nbare_label: nop; nop; nop; ret\n"
	/* a label within a function that has a size does not split it */
	".globl around\n.type around, @function\n"
	"around: nop; nop\nwithin_around: nop; nop\n"
	".type nested, @function\nnested: nop; nop\n.size nested, 2\n"
	"nop; nop\n.size around, . - around\n");

extern void ends_with_call(void), after_call(void), bare_label(void), around(void);

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 5)
		stops();
	if (argc > 4)
		ends_with_call();
	if (argc > 3)
		after_call();
	if (argc > 2)
		bare_label();
	return alias_of_two(argc) + __underscored_two(argc) + weak_two(argc);
}
