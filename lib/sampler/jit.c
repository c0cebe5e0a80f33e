// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables for code that is made at run time. */
#include "sampler/jit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sampler/guard.h"
#include "sampler/jvm.h"
#include "sampler/thread.h"

enum {
	MS = 1000000,
	STEP = MS / 2,	  /* ns between two looks at the least; twice that is between two samples at 999 Hz */
	SLOWER = 16,	  /* a look after one part in so many of the time since something new was found last */
	SHARE = 10,	  /* one part in so many of the time may go into reading one process, */
	BURST = 400 * MS, /* and so many ns besides, when it has not been read for long: 40 MiB of code */
	IN_VAIN = 250 * MS, /* ns between two attempts that find nothing, at the most */
	ATTEMPTS = 40,	    /* to discover the heaps of a process */
	THOROUGH_FIRST = 8 * MS, /* ns between two looks at all there is, in the beginning, when much is changing */
	THOROUGH = 1000 * MS,	 /* and at the most */
	LAST_WALKS = 100 * MS,	 /* ns; those that began before a process was gone have ended by then */
};
#define NEVER UINT64_MAX

enum known_state {
	KNOWN_UNREAD,
	KNOWN_ASKED,  /* its heaps are to be discovered */
	KNOWN_FOUND,  /* it has; their regions are to be placed */
	KNOWN_READ,   /* they are followed */
	KNOWN_FAILED, /* it cannot be read; there is no region to be placed */
	KNOWN_FOREIGN, /* nothing more is to be done */
};

/* A process. While it is busy the thread works on it. Times are CLOCK_MONOTONIC ns. */
struct known {
	struct jit *jit;
	struct jvm *jvm;
	uint32_t pid;
	enum known_state state;
	struct layout_region pending; /* what stands for all its anonymous code until its heaps were discovered */
	bool busy, gone;
	uint64_t ended;	  /* when jit_ended() told that it is gone; 0: not yet */
	bool wanted;	  /* a walk has come to code without a row */
	unsigned attempts; /* to discover its heaps */
	uint64_t next;	  /* it is to be looked at */
	uint64_t found;	  /* there was something new */
	uint64_t checked, check; /* when all there is was looked at, and ns to the next time */
	uint64_t vain;	  /* ns to the next attempt, when one has found nothing */
	int64_t credit;	  /* ns that reading may take; less than 0: it has taken more */
	uint64_t credited; /* when that was so */
};

struct jit {
	struct tables *tables;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	unsigned asked; /* processes whose heaps are to be discovered */
	bool started, stop;
	struct known **all;
	size_t n, cap;
};

/* ---- which processes ---- */

static const struct mapping *
find_libjvm(const struct space *s)
{
	static const char name[] = "/libjvm.so";

	for (size_t i = 0; i < s->n; i++) {
		const char *path = s->mappings[i].backing->path;
		size_t len = strlen(path);

		if (len >= sizeof(name) && !strcmp(path + len - (sizeof(name) - 1), name))
			return &s->mappings[i];
	}
	return NULL;
}

static struct known *
find(const struct jit *j, uint32_t pid)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->all[i]->pid == pid && !j->all[i]->gone)
			return j->all[i];
	return NULL;
}

static void *run(void *context);

static bool
is_running(struct jit *j)
{
	struct err err;

	if (!j->started)
		j->started = !thread_start(&j->thread, run, j, &err);
	return j->started;
}

static struct known *
meet(struct jit *j, uint32_t pid, const struct mapping *libjvm)
{
	struct known *k;
	uint32_t table;

	if (!is_running(j) || !(table = tables_add(j->tables)))
		return NULL;
	k = xcalloc(1, sizeof(*k));
	*k = (struct known){.jit = j, .pid = pid, .pending = {0, UINT64_MAX, table}, .next = NEVER, .vain = MS};
	k->jvm = jvm_open(j->tables, pid, libjvm, &j->stop);
	GROW(j->all, j->n, j->cap);
	return j->all[j->n++] = k;
}

static void
known_free(struct known *k)
{
	tables_remove(k->jit->tables, k->pending.table);
	jvm_close(k->jvm);
	free(k);
}

static bool
is_same(const struct known *k, const struct mapping *libjvm)
{
	return k->jvm->libjvm.start == libjvm->start && !strcmp(k->jvm->libjvm.backing->path, libjvm->backing->path);
}

static size_t
regions_of(const struct known *k, const struct layout_region **regions)
{
	bool pending = k->state < KNOWN_FOUND;

	*regions = pending ? &k->pending : k->jvm->regions;
	return pending ? 1 : k->jvm->n;
}

size_t
jit_regions(struct jit *j, const struct process *p, const struct layout_region **regions)
{
	const struct mapping *libjvm = hotspot_here() ? find_libjvm(p->space) : NULL;
	struct known *k;
	size_t n = 0;

	pthread_mutex_lock(&j->lock);
	k = find(j, p->pid);
	if (k && (!libjvm || !is_same(k, libjvm))) {
		k->gone = true;
		k = NULL;
	}
	if (!k && libjvm)
		k = meet(j, p->pid, libjvm);
	if (k)
		n = regions_of(k, regions);
	pthread_mutex_unlock(&j->lock);
	return n;
}

void
jit_gone(struct jit *j, uint32_t pid)
{
	struct known *k;

	pthread_mutex_lock(&j->lock);
	k = find(j, pid);
	if (k)
		k->gone = true;
	pthread_mutex_unlock(&j->lock);
}

/* ---- the first time ---- */

static void
ask(struct known *k)
{
	k->state = KNOWN_ASKED;
	k->next = 0;
	k->jit->asked++;
	pthread_cond_signal(&k->jit->work);
}

void
jit_expect(struct jit *j, uint32_t pid)
{
	struct known *k;

	pthread_mutex_lock(&j->lock);
	k = find(j, pid);
	if (k && k->state == KNOWN_UNREAD)
		ask(k);
	pthread_mutex_unlock(&j->lock);
}

void
jit_wait(struct jit *j, unsigned ms)
{
	uint64_t until = monotonic_ns() + (uint64_t)ms * MS;

	pthread_mutex_lock(&j->lock);
	while (j->asked && thread_wait(&j->done, &j->lock, until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&j->lock);
}

static void
discover(void *jvm)
{
	jvm_discover(jvm);
}

/* False: the file could not be read. */
static bool
look_first(struct known *k)
{
	if (!guard_run(discover, k->jvm))
		return false;
	if (k->jvm->hotspot)
		jvm_look(k->jvm, true);
	return true;
}

static uint64_t
twice(uint64_t ns, uint64_t most)
{
	return ns * 2 < most ? ns * 2 : most;
}

/* A machine that has no heaps yet will be asked again. */
static void
see_found(struct known *k, bool good, uint64_t time)
{
	k->next = NEVER;
	k->found = k->checked = k->credited = time;
	k->check = THOROUGH_FIRST;
	k->credit = BURST;
	if (good && k->jvm->hotspot) {
		k->state = KNOWN_FOUND;
		k->vain = STEP;
	} else {
		k->state = good && ++k->attempts < ATTEMPTS ? KNOWN_UNREAD : KNOWN_FAILED;
		if (!good)
			err_set(&k->jvm->why, "%s: it became shorter", k->jvm->libjvm.backing->path);
		k->vain = twice(k->vain, IN_VAIN);
	}
	if (!--k->jit->asked)
		pthread_cond_broadcast(&k->jit->done);
}

/* ---- each time ---- */

/* How long it is to be left alone, since reading has taken more than its share. */
static uint64_t
debt(const struct known *k)
{
	return k->credit < 0 ? (uint64_t)-k->credit * SHARE : 0;
}

/* The same after a look that took so long. */
static uint64_t
pay(struct known *k, uint64_t time, uint64_t cost)
{
	int64_t credit = k->credit + (int64_t)((time - k->credited) / SHARE);

	k->credit = (credit < BURST ? credit : BURST) - (int64_t)cost;
	k->credited = time;
	return debt(k);
}

static bool
look_thoroughly(struct known *k, uint64_t time)
{
	k->checked = time;
	k->check = twice(k->check, THOROUGH);
	return jvm_look(k->jvm, true);
}

/* What a walk has missed may be in an old place. */
static bool
look(struct known *k, uint64_t time)
{
	bool wanted = k->wanted | jvm_is_wanted(k->jvm), found;

	k->wanted = false;
	if (time - k->checked >= k->check)
		return look_thoroughly(k, time);
	found = jvm_look(k->jvm, false);
	if (found || !wanted || time - k->checked < k->vain)
		return found;
	found = look_thoroughly(k, time);
	k->vain = found ? STEP : twice(k->vain, IN_VAIN);
	return found;
}

static void
plan(struct known *k, uint64_t cost, bool found)
{
	uint64_t end = monotonic_ns(), rest = pay(k, end, cost), step;

	if (found)
		k->found = end;
	step = (end - k->found) / SLOWER;
	step = step < STEP ? STEP : step > THOROUGH ? THOROUGH : step;
	k->next = jvm_is_used(k->jvm) ? end + (step > rest ? step : rest) : NEVER;
}

static void
work_on(struct known *k)
{
	struct jit *j = k->jit;
	uint64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	bool first = k->state == KNOWN_ASKED, good;

	k->busy = true;
	pthread_mutex_unlock(&j->lock);
	good = first ? look_first(k) : look(k, monotonic_ns());
	pthread_mutex_lock(&j->lock);
	k->busy = false;
	if (first)
		see_found(k, good, monotonic_ns());
	else
		plan(k, clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin, good);
}

/* The one that is to be looked at first. */
static struct known *
earliest(const struct jit *j)
{
	struct known *first = NULL;

	for (size_t i = 0; i < j->n; i++) {
		struct known *k = j->all[i];

		if (k->next != NEVER && (!k->gone || k->state == KNOWN_ASKED) && (!first || k->next < first->next))
			first = k;
	}
	return first;
}

static void *
run(void *context)
{
	struct jit *j = context;

	pthread_mutex_lock(&j->lock);
	while (!j->stop) {
		struct known *k = earliest(j);

		if (!k)
			pthread_cond_wait(&j->work, &j->lock);
		else if (k->next <= monotonic_ns())
			work_on(k);
		else
			thread_wait(&j->work, &j->lock, k->next);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* ---- in the sampler's thread ---- */

/* One that is followed is looked at soon when walks have come to code of its without rows. */
static void
wake(struct known *k)
{
	uint64_t rest = debt(k), soon = k->credited + (rest > STEP ? rest : STEP);

	k->wanted |= jvm_is_wanted(k->jvm);
	if (k->next <= soon || !(k->wanted || (k->next == NEVER && jvm_is_used(k->jvm))))
		return;
	k->next = soon;
	pthread_cond_signal(&k->jit->work);
}

static void
follow(struct known *k, uint64_t time)
{
	if (k->state == KNOWN_READ)
		wake(k);
	else if (k->state == KNOWN_UNREAD && time - k->found >= k->vain && tables_is_wanted(k->jit->tables, k->pending.table))
		ask(k);
}

void
jit_follow(struct jit *j)
{
	uint64_t time = j->n ? monotonic_ns() : 0;
	size_t kept = 0;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n; i++) {
		struct known *k = j->all[i];

		if (k->ended && time - k->ended > LAST_WALKS && !k->busy && k->state != KNOWN_ASKED) {
			known_free(k);
			continue;
		}
		if (!k->busy && !k->gone)
			follow(k, time);
		j->all[kept++] = k;
	}
	j->n = kept;
	pthread_mutex_unlock(&j->lock);
}

bool
jit_ended(struct jit *j, uint32_t *pid)
{
	bool found = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n && !found; i++) {
		struct known *k = j->all[i];

		found = k->gone && !k->ended;
		if (found) {
			*pid = k->pid;
			k->ended = monotonic_ns();
		}
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

uint64_t
jit_unreadable(struct jit *j, struct err *why)
{
	uint64_t n = 0;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n; i++)
		if (!j->all[i]->busy && !j->all[i]->jvm->hotspot && j->all[i]->jvm->why.text[0]) {
			*why = j->all[i]->jvm->why;
			n++;
		}
	pthread_mutex_unlock(&j->lock);
	return n;
}

bool
jit_found(struct jit *j, uint32_t *pid, int *map)
{
	struct known *found = NULL;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n && !found; i++)
		if ((j->all[i]->state == KNOWN_FOUND || j->all[i]->state == KNOWN_FAILED) && !j->all[i]->busy && !j->all[i]->gone)
			found = j->all[i];
	if (found) {
		*pid = found->pid;
		*map = found->jvm->map < 0 ? -1 : fcntl(found->jvm->map, F_DUPFD_CLOEXEC, 0);
		found->state = found->state == KNOWN_FOUND ? KNOWN_READ : KNOWN_FOREIGN;
		found->next = found->state == KNOWN_READ ? 0 : NEVER;
		pthread_cond_signal(&j->work);
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

struct jit *
jit_open(struct tables *tables)
{
	struct jit *j = xcalloc(1, sizeof(*j));

	j->tables = tables;
	pthread_mutex_init(&j->lock, NULL);
	thread_condition(&j->work);
	thread_condition(&j->done);
	guard_install();
	return j;
}

void
jit_close(struct jit *j)
{
	pthread_mutex_lock(&j->lock);
	__atomic_store_n(&j->stop, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&j->work);
	pthread_mutex_unlock(&j->lock);
	if (j->started)
		pthread_join(j->thread, NULL);
	for (size_t i = 0; i < j->n; i++)
		known_free(j->all[i]);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->work);
	pthread_cond_destroy(&j->done);
	free(j->all);
	free(j);
}
