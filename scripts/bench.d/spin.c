// SPDX-License-Identifier: GPL-2.0-or-later
/* A load for measurements: a fixed amount of computing (spin ROUNDS) some calls deep, and how long it took. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile uint64_t sink;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noinline)) static uint64_t
mix(uint64_t x, int depth)
{
	if (depth)
		return mix(x + 1, depth - 1) ^ 1;
	for (int i = 0; i < 20000; i++)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return x;
}

int
main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1000;
	double start = now();

	for (long i = 0; i < rounds; i++)
		sink += mix((uint64_t)i, (int)(i % 40));
	printf("%.6f\n", now() - start);
	return 0;
}
