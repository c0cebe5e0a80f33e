// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls the kernel exactly so often and then ends: 1,000 writes to a descriptor that is closed, 500 getppid, 250 reads, and
 * nothing else. Without a C library (-nostdlib -static), whose start-up makes calls of its own. */
#include <sys/syscall.h>

enum { WRITES = 1000, PARENTS = 500, READS = 250, CLOSED = 99 };

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

__attribute__((used)) static void
run(void)
{
	for (int i = 0; i < WRITES; i++)
		call(SYS_write, CLOSED, 0, i);
	for (int i = 0; i < PARENTS; i++)
		call(SYS_getppid, 0, 0, 0);
	for (int i = 0; i < READS; i++)
		call(SYS_read, CLOSED, 0, 0);
	call(SYS_exit_group, 0, 0, 0);
}

#ifdef __x86_64__
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tand $-16, %rsp\n\tcall run\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tbl run\n");
#endif
