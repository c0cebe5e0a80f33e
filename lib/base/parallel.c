// SPDX-License-Identifier: GPL-2.0-or-later
/* Work in independent pieces. */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

struct pieces {
	parallel_work *work;
	void *context;
	size_t n, next;
	unsigned workers;
};

static void *
work(void *data)
{
	struct pieces *p = data;
	unsigned worker = __atomic_fetch_add(&p->workers, 1, __ATOMIC_RELAXED);
	size_t i;

	while ((i = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED)) < p->n)
		p->work(p->context, i, worker);
	return NULL;
}

/* Cpus that this thread may run on; one if there are too many to tell. */
static unsigned
cpus(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return n < PARALLEL_MAX ? (unsigned)n : PARALLEL_MAX;
}

void
parallel(size_t n, parallel_work *each, void *context)
{
	struct pieces pieces = {.work = each, .context = context, .n = n};
	unsigned wanted = cpus(), helpers = 0;
	pthread_t threads[PARALLEL_MAX];
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (helpers + 1 < wanted && helpers + 1 < n && !pthread_create(&threads[helpers], NULL, work, &pieces))
		helpers++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(&pieces);
	while (helpers)
		pthread_join(threads[--helpers], NULL);
}
