// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits in one of the ways there are: states disk|stopped|share. What was waited for takes 300 ms; two processes that share a
 * cpu for 900 ms say how long each of them had to wait for it, in ns: "4711 450000000". */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONG = 300000000 };

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t
waited(void)
{
	unsigned long long ran, delay = 0;
	FILE *f = fopen("/proc/self/schedstat", "r");

	if (f && fscanf(f, "%llu %llu", &ran, &delay) != 2)
		delay = 0;
	if (f)
		fclose(f);
	return delay;
}

static void
pause_for(long ns)
{
	struct timespec t = {0, ns};

	nanosleep(&t, NULL);
}

/* Only the end of the child wakes its parent, as only the disk wakes those that wait for it. */
__attribute__((noinline)) static void
wait_for_vfork(void)
{
	pid_t child = vfork();

	if (!child) {
		pause_for(LONG);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

__attribute__((noinline)) static void
stop(void)
{
	raise(SIGSTOP);
	__asm__ volatile("");
}

static void
go_on_after_stop(void)
{
	pid_t parent = getpid();

	if (!fork()) {
		pause_for(LONG);
		kill(parent, SIGCONT);
		_exit(0);
	}
	stop();
	wait(NULL);
}

__attribute__((noinline)) static void
share_cpu(void)
{
	uint64_t end = now() + 3 * (uint64_t)LONG, before = waited();

	while (now() < end)
		;
	printf("%d %llu\n", getpid(), (unsigned long long)(waited() - before));
	fflush(stdout);
}

static void
be_two(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	if (!fork()) {
		share_cpu();
		_exit(0);
	}
	share_cpu();
	wait(NULL);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "disk"))
		wait_for_vfork();
	else if (!strcmp(what, "stopped"))
		go_on_after_stop();
	else
		be_two();
	return 0;
}
