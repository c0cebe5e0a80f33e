// SPDX-License-Identifier: GPL-2.0-or-later
/* A stack made by makecontext(): it begins in libc's __start_context, not in main. */
#include <ucontext.h>

#include "burn.h"

static ucontext_t back, there;
static char stack[64 * 1024];

static KEEP void
inner(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
}

static void
entry(void)
{
	inner();
	AND_BACK;
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	getcontext(&there);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof(stack);
	there.uc_link = &back;
	makecontext(&there, entry, 0);
	swapcontext(&back, &there);
	return 0;
}
