// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions that align their stack: the CFA is what a slot of the frame holds, so their CFI is an expression. */
#include <alloca.h>
#include <string.h>

#include "burn.h"

static KEEP void
inner(char *text)
{
	WITH_ALL_REGISTERS(while (more()) burn());
	text[0] = 1;
}

static KEEP void
over_aligned(size_t n)
{
	char local[64] __attribute__((aligned(64))), *text = alloca(n);

	memset(text, 0, n);
	__asm__ volatile("" ::"r"(local) : "memory");
	inner(text);
	__asm__ volatile("" ::"r"(local) : "memory");
}

static KEEP __attribute__((force_align_arg_pointer)) void
forced(size_t n)
{
	WITH_ALL_REGISTERS(over_aligned(n));
}

static KEEP void
outer(size_t n)
{
	WITH_ALL_REGISTERS(forced(n));
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer(100 + (size_t)argc);
	return 0;
}
