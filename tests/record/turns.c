// SPDX-License-Identifier: GPL-2.0-or-later
/* Four callers call one function by turns, as fast as they can, and say how often each did: turns SECONDS [BLOCK_US]. Without a
 * block's length they take turns with each call. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((noinline, noclone)) void
called(void)
{
	__asm__ volatile("");
}

#define CALLER(name)                                                                                                   \
	__attribute__((noinline, noclone)) static void name(void)                                                      \
	{                                                                                                              \
		called();                                                                                              \
		__asm__ volatile("");                                                                                  \
	}

CALLER(north)
CALLER(east)
CALLER(south)
CALLER(west)

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {"east", "north", "south", "west"};
	static void (*const callers[])(void) = {east, north, south, west};
	double end = now() + atof(argv[1]), block = argc > 2 ? atof(argv[2]) / 1e6 : 0;
	unsigned long calls[4] = {0};

	for (unsigned turn = 0; now() < end; turn = (turn + 1) % 4) {
		double next = now() + block;

		do {
			callers[turn]();
			calls[turn]++;
		} while (now() < next);
	}
	for (int i = 0; i < 4; i++)
		printf("%s %lu\n", names[i], calls[i]);
	return 0;
}
