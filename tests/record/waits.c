// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleeps, waits for a lock that another thread holds, reads from a slow pipe and computes, each for so long: waits [MS].
 * Says of each how long it took and how much of that it had to wait for a cpu, in ns: "sleeping_part 1000060211 53027". */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long ms = 1000;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int data[2], asked[2];

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Not what a clock of cpu time leaves: time that was taken for interrupts, or from the whole machine, is no wait. */
static uint64_t
waited(void)
{
	unsigned long long ran, delay = 0;
	FILE *f = fopen("/proc/thread-self/schedstat", "r");

	if (!f || fscanf(f, "%llu %llu", &ran, &delay) != 2)
		abort();
	fclose(f);
	return delay;
}

static void
pause_for(long n)
{
	struct timespec t = {n / 1000, n % 1000 * 1000000};

	nanosleep(&t, NULL);
}

__attribute__((noinline)) static void
sleeping_part(void)
{
	pause_for(ms);
	__asm__ volatile("");
}

__attribute__((noinline)) static void
locked_part(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

__attribute__((noinline)) static void
reading_part(void)
{
	char byte;

	if (read(data[0], &byte, 1) != 1)
		abort();
}

__attribute__((noinline)) static void
computing_part(void)
{
	uint64_t until = now() + (uint64_t)ms * 1000000;

	while (now() < until)
		;
}

/* The caller is to stay in the stack. */
#define PART(part) \
	do { \
		uint64_t before = waited(), begin = now(), took; \
		part(); \
		took = now() - begin; \
		printf(#part " %llu %llu\n", (unsigned long long)took, (unsigned long long)(waited() - before)); \
	} while (0)

static void
wait_for(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		abort();
}

/* Holds the lock, then writes late. */
static void *
other(void *unused)
{
	pthread_mutex_lock(&lock);
	if (write(asked[1], "", 1) != 1)
		abort();
	pause_for(2 * ms);
	pthread_mutex_unlock(&lock);
	pause_for(ms);
	if (write(data[1], "", 1) != 1)
		abort();
	return unused;
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1)
		ms = atol(argv[1]);
	if (pipe(data) || pipe(asked))
		return 1;
	pthread_create(&thread, NULL, other, NULL);
	wait_for(asked[0]);
	PART(sleeping_part);
	PART(locked_part);
	PART(reading_part);
	PART(computing_part);
	pthread_join(thread, NULL);
	return 0;
}
