// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls that return 0, in code that keeps frame pointers and has no unwind information. */
#include <sys/syscall.h>

#include "burn.h"

void yields(void);

#ifdef QUIET

static inline long
call(long number)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
	return result;
}

void
yields(void)
{
	volatile long sum = 0;

	for (int i = 0; i < 10000; i++)
		sum += call(SYS_sched_yield);
}

#else

static KEEP void
outer(void)
{
	while (more())
		yields();
	AND_BACK;
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}

#endif
