// SPDX-License-Identifier: GPL-2.0-or-later
/* Fires events, N of each kind in turn, with WORK steps of computing between two: fires call|syscall|mark N WORK. Says how
 * many seconds that took. Has 200 functions that may have a probe, too. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#else
#define DTRACE_PROBE(provider, name)
#endif

static volatile uint64_t sink;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noinline)) void
called(uint64_t x)
{
	sink += x;
}

__attribute__((noinline)) static void
call(uint64_t x)
{
	called(x);
	__asm__ volatile("");
}

__attribute__((noinline)) static void
ask(uint64_t x)
{
	sink += x + (uint64_t)syscall(SYS_getppid);
}

__attribute__((noinline)) static void
mark(uint64_t x)
{
	DTRACE_PROBE(bench, mark);
	sink += x;
}

#define ONE(n) __attribute__((noinline)) void probe_##n(void) { sink += n; }
#define TEN(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)
TEN(10) TEN(11) TEN(12) TEN(13) TEN(14) TEN(15) TEN(16) TEN(17) TEN(18) TEN(19)
TEN(20) TEN(21) TEN(22) TEN(23) TEN(24) TEN(25) TEN(26) TEN(27) TEN(28) TEN(29)

__attribute__((noinline)) static void
fire(void (*event)(uint64_t), long n, long work)
{
	uint64_t x = 1;

	for (long i = 0; i < n; i++) {
		for (long k = 0; k < work; k++)
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		event(x);
	}
}

int
main(int argc, char **argv)
{
	double start = now();

	if (argc < 4)
		return 2;
	fire(!strcmp(argv[1], "call") ? call : !strcmp(argv[1], "mark") ? mark : ask, atol(argv[2]), atol(argv[3]));
	printf("%.6f\n", now() - start);
	return 0;
}
