/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads beside the sampler's own. */
#ifndef SAMPLER_THREAD_H
#define SAMPLER_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"

/* Starts a thread that gets no signals but SIGBUS, since they are for the one that waits for them. 0; -1 with the reason in
 * *err. */
int thread_start(pthread_t *thread, void *(*run)(void *context), void *context, struct err *err);

/* A condition, and waiting for it until a time, CLOCK_MONOTONIC ns. The wait returns 0, or ETIMEDOUT. */
void thread_condition(pthread_cond_t *condition);
int thread_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t until);

#endif
