// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls a function, or the kernel, as often as it can for so long, and prints the ns that a call took:
 * fire call|system CALLS */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) void
fired(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) static void
call_kernel(void)
{
	syscall(SYS_getppid);
}

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int
main(int argc, char **argv)
{
	void (*call)(void) = argc > 1 && *argv[1] == 's' ? call_kernel : fired;
	long n = argc > 2 ? atol(argv[2]) : 1000000;
	uint64_t start = now();

	for (long i = 0; i < n; i++)
		call();
	printf("%.1f\n", (double)(now() - start) / (double)n);
	return 0;
}
