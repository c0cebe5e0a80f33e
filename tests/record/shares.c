// SPDX-License-Identifier: GPL-2.0-or-later
/* Spends some 70, 20 and 10 % of its time in three functions; SECONDS is cpu time of each thread. Each process says how long it
 * was in each, in microseconds, as "FUNCTION TIME" lines: shares SECONDS [THREADS [PROCESSES]] */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double end;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double
used(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each function has a loop of its own, so that the leaf says where the time went. A loop's speed depends on where it lies. */
#define SPEND(name, share)                                                                                             \
	static double name##_took;                                                                                     \
	__attribute__((noinline)) uint64_t name(uint64_t x)                                                            \
	{                                                                                                              \
		for (int i = 0; i < share * 20000; i++)                                                                \
			x = x * 6364136223846793005u + 1442695040888963407u;                                           \
		__asm__ volatile("" : "+r"(x));                                                                        \
		return x;                                                                                              \
	}

SPEND(spend_seventy, 70)
SPEND(spend_twenty, 20)
SPEND(spend_ten, 10)

__attribute__((noinline)) static void *
work(void *seed)
{
	uint64_t x = (uintptr_t)seed;

	double at[4], took[3] = {0};

	for (at[0] = used(); at[0] < end; at[0] = at[3]) {
		x = spend_seventy(x);
		at[1] = used();
		x = spend_twenty(x);
		at[2] = used();
		x = spend_ten(x);
		at[3] = used();
		for (int i = 0; i < 3; i++)
			took[i] += at[i + 1] - at[i];
		__asm__ volatile("" : "+r"(x));
	}
	pthread_mutex_lock(&lock);
	spend_seventy_took += took[0];
	spend_twenty_took += took[1];
	spend_ten_took += took[2];
	pthread_mutex_unlock(&lock);
	return NULL;
}

__attribute__((noinline)) static void
run_threads(int n)
{
	pthread_t threads[64];

	for (int i = 1; i < n; i++)
		pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i);
	work(NULL);
	for (int i = 1; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("spend_seventy %.0f\nspend_twenty %.0f\nspend_ten %.0f\n", spend_seventy_took * 1e6, spend_twenty_took * 1e6,
	       spend_ten_took * 1e6);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	int processes = argc > 3 ? atoi(argv[3]) : 1;

	end = atof(argv[1]);
	for (int i = 1; i < processes; i++)
		if (!fork()) {
			run_threads(argc > 2 ? atoi(argv[2]) : 1);
			return 0;
		}
	run_threads(argc > 2 ? atoi(argv[2]) : 1);
	while (wait(NULL) > 0)
		;
	return 0;
}
