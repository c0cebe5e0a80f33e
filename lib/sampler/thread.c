// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads beside the sampler's own. */
#include "sampler/thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

int
thread_start(pthread_t *thread, void *(*run)(void *context), void *context, struct err *err)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return error ? err_set(err, "starting a thread:") : 0;
}

void
thread_condition(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int
thread_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t until)
{
	const struct timespec time = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)};

	return pthread_cond_timedwait(condition, lock, &time);
}
