// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits at the end of 2 to the power of DEPTH different paths of calls, so many TIMES in a row; each of two threads takes half of
 * them: paths DEPTH [TIMES] */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static void left(uint32_t path, int depth);

static void
go_on(uint32_t path, int depth)
{
	struct timespec t = {0, 1};

	if (!depth)
		nanosleep(&t, NULL);
}

__attribute__((noinline)) static void
right(uint32_t path, int depth)
{
	if (depth && path & 1)
		right(path >> 1, depth - 1);
	else if (depth)
		left(path >> 1, depth - 1);
	go_on(path, depth);
	__asm__ volatile("nop"); /* so that the two are not made one */
}

__attribute__((noinline)) static void
left(uint32_t path, int depth)
{
	if (depth && path & 1)
		right(path >> 1, depth - 1);
	else if (depth)
		left(path >> 1, depth - 1);
	go_on(path, depth);
	__asm__ volatile("");
}

static int depth, times = 1;

static void *
take_half(void *which)
{
	for (uint32_t path = which ? 1 : 0; path < 1U << depth; path += 2)
		for (int i = 0; i < times; i++)
			left(path, depth);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t other;

	depth = argc > 1 ? atoi(argv[1]) : 10;
	if (argc > 2)
		times = atoi(argv[2]);
	pthread_create(&other, NULL, take_half, "");
	take_half(NULL);
	pthread_join(other, NULL);
	return 0;
}
