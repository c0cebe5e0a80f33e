// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that spend MS milliseconds in different ways: lives MS. Says of each how long it has lived, in ns, at least and at
 * most: "busy 4711 1000000000 1000200000". */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int never[2];

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
sleep_until(uint64_t time)
{
	struct timespec t = {(time_t)(time / 1000000000), (long)(time % 1000000000)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void
spin_until(uint64_t time)
{
	while (now() < time)
		;
}

/* Neither part ever takes as long as a sampling period. */
static void
mixed(uint64_t end)
{
	while (now() < end) {
		spin_until(now() + 300000);
		sleep_until(now() + 300000);
	}
}

static void
brief(uint64_t end)
{
	(void)end;
	spin_until(now() + 20000000);
	sleep_until(now() + 30000000);
}

static void
blocked(uint64_t end)
{
	char byte;

	(void)end;
	if (read(never[0], &byte, 1))
		abort();
}

struct life {
	const char *name;
	void (*live)(uint64_t end);
	pthread_t thread;
	long tid;
	uint64_t end, before, begun, ended, after;
};

static void *
live(void *data)
{
	struct life *l = data;

	l->begun = now();
	l->tid = syscall(SYS_gettid);
	l->live(l->end);
	l->ended = now();
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct life lives[] = {
		{.name = "brief", .live = brief},
		{.name = "sleeper", .live = sleep_until},
		{.name = "busy", .live = spin_until},
		{.name = "mixed", .live = mixed},
		{.name = "blocked", .live = blocked},
	};
	enum { N = sizeof(lives) / sizeof(lives[0]) };
	uint64_t end;

	if (pipe(never))
		return 1;
	end = now() + (argc > 1 ? strtoull(argv[1], NULL, 10) : 1000) * 1000000;
	for (int i = 0; i < N; i++) {
		lives[i].end = end;
		lives[i].before = now();
		pthread_create(&lives[i].thread, NULL, live, &lives[i]);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(lives[i].thread, NULL);
		lives[i].after = now();
		if (i == 0) {
			sleep_until(end);
			close(never[1]);
		}
	}
	for (int i = 0; i < N; i++)
		printf("%s %ld %llu %llu\n", lives[i].name, lives[i].tid, (unsigned long long)(lives[i].ended - lives[i].begun),
		       (unsigned long long)(lives[i].after - lives[i].before));
	return 0;
}
