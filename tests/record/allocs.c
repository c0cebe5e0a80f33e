// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocates by several functions on several paths and says how much on which: allocs THREADS prints "FUNCTION BYTES CALLS"
 * lines. All of it is freed. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH(name) __attribute__((noinline, noclone)) static void name(void)

enum { TIMES = 200 };

static __thread void *volatile block; /* so that the compiler leaves the calls alone */
static int n_threads;

PATH(small_mallocs)
{
	for (int i = 0; i < TIMES; i++) {
		block = malloc(16);
		free(block);
	}
}

PATH(large_mallocs)
{
	for (int i = 0; i < TIMES; i++) {
		block = malloc(1000 + (size_t)i);
		free(block);
	}
}

PATH(by_calloc)
{
	for (int i = 0; i < TIMES; i++) {
		block = calloc(7, 1 + (size_t)i);
		free(block);
	}
}

PATH(by_realloc)
{
	void *grown = NULL;

	for (int i = 1; i <= TIMES; i++)
		block = grown = realloc(grown, 100 * (size_t)i);
	free(grown);
}

PATH(aligned)
{
	for (int i = 0; i < TIMES; i++) {
		block = memalign(64, 640);
		free(block);
	}
}

static void *
run(void *unused)
{
	small_mallocs();
	large_mallocs();
	by_calloc();
	by_realloc();
	aligned();
	return unused;
}

static void
say(const char *name, long bytes)
{
	printf("%s %ld %d\n", name, bytes * n_threads, TIMES * n_threads);
}

int
main(int argc, char **argv)
{
	pthread_t threads[64];

	n_threads = argc > 1 ? atoi(argv[1]) : 1;
	for (int i = 0; i < n_threads; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	for (int i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	say("aligned", 640L * TIMES);
	say("by_calloc", 7L * TIMES * (TIMES + 1) / 2);
	say("by_realloc", 100L * TIMES * (TIMES + 1) / 2);
	say("large_mallocs", 1000L * TIMES + TIMES * (TIMES - 1) / 2);
	say("small_mallocs", 16L * TIMES);
	return 0;
}
