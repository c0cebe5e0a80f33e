// SPDX-License-Identifier: GPL-2.0-or-later
/* Burns MILLISECONDS of cpu time in the function NAME, then execs what follows, if anything does:
 * burst MILLISECONDS [COMMAND ARGUMENT...]
 *
 * Without a C library (-nostdlib -static): its start-up would be user time outside of NAME, and on a virtual
 * machine, where cpuid traps, a good part of a process's 7 ms. */
#include <linux/time_types.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef NAME
#define NAME burst_here
#endif

static long
call(long number, long a, long b, long c)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
#else
	register long n __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(n), "r"(x1), "r"(x2) : "memory");
	return x0;
#endif
}

static long
used_us(void)
{
	struct __kernel_timespec t;

	call(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, (long)&t, 0);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

__attribute__((noinline)) void
NAME(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		__asm__ volatile("" : "+r"(i));
}

__attribute__((noinline, used)) static void
run(long *stack)
{
	long argc = stack[0], ms = 0;
	char **argv = (char **)(stack + 1);

	for (const char *p = argc > 1 ? argv[1] : "0"; *p; p++)
		ms = ms * 10 + *p - '0';
	while (used_us() < ms * 1000)
		NAME(200000);
	if (argc > 2)
		call(SYS_execve, (long)argv[2], (long)(argv + 2), (long)(argv + argc + 1));
	call(SYS_exit_group, 0, 0, 0);
}

#ifdef __x86_64__
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall run\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl run\n");
#endif
