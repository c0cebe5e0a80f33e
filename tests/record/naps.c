// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleeps COUNT times for US microseconds each, and says how long each of these took, in us: naps COUNT US... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
	static uint64_t took[1 << 20];
	size_t n = 0;

	for (int i = 1; i + 1 < argc; i += 2) {
		long us = atol(argv[i + 1]);
		struct timespec t = {us / 1000000, us % 1000000 * 1000};

		for (long k = atol(argv[i]); k > 0 && n < sizeof(took) / sizeof(took[0]); k--) {
			uint64_t begin = now();

			nanosleep(&t, NULL);
			took[n++] = now() - begin;
		}
	}
	for (size_t i = 0; i < n; i++)
		printf("%llu\n", (unsigned long long)took[i] / 1000);
	return 0;
}
