// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits of 100 ms that another thread ends, each in another way, and one that a timer ends: wakers. Says the other's id. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t first;
static int pipes[2], asked[2];

static void
pause_for(long ms)
{
	struct timespec t = {0, ms * 1000000};

	nanosleep(&t, NULL);
}

static void
say(int fd)
{
	if (write(fd, "", 1) != 1)
		abort();
}

static void
hear(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		abort();
}

static void
on_signal(int number)
{
	(void)number;
}

__attribute__((noinline)) static void
by_unlock(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

__attribute__((noinline)) static void
by_write(void)
{
	hear(pipes[0]);
	__asm__ volatile("");
}

__attribute__((noinline)) static void
by_signal(void)
{
	pause();
	__asm__ volatile("");
}

__attribute__((noinline)) static void
by_timer(void)
{
	pause_for(100);
	__asm__ volatile("");
}

static void *
other(void *unused)
{
	pthread_mutex_lock(&lock);
	printf("%ld\n", syscall(SYS_gettid));
	fflush(stdout);
	say(asked[1]);
	pause_for(100);
	pthread_mutex_unlock(&lock);
	pause_for(100);
	say(pipes[1]);
	pause_for(100);
	pthread_kill(first, SIGUSR1);
	return unused;
}

int
main(void)
{
	pthread_t thread;

	first = pthread_self();
	signal(SIGUSR1, on_signal);
	if (pipe(pipes) || pipe(asked))
		return 1;
	pthread_create(&thread, NULL, other, NULL);
	hear(asked[0]);
	by_unlock();
	by_write();
	by_signal();
	by_timer();
	pthread_join(thread, NULL);
	return 0;
}
