// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables for code that is made at run time. */
#include "sampler/jit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sampler/jvm.h"

enum {
	SHARE = 10,		/* one part in so many of the time may go into reading one process, */
	BURST = 40000000,	/* and so many ns besides, when it has not been read for long */
	SOON = 1000000,		/* ns between two looks at the least */
	IN_VAIN = 250000000,	/* at the most, while nothing new is found */
	THOROUGH = 1000000000,	/* ns between two looks at all there is */
};

/* A process. What is in `jvm` is the loader's while it is busy. */
struct known {
	struct jit *jit;
	struct jvm *jvm;
	uint32_t pid;
	struct layout_region pending; /* what stands for all its anonymous code until it was read */
	atomic_bool busy;
	bool gone, told;
	uint64_t next;	  /* CLOCK_MONOTONIC ns: not to be looked at before */
	uint64_t checked; /* last looked at thoroughly */
	uint64_t wait;	  /* ns, while nothing new is found */
	int64_t credit;	  /* ns that reading may take; less than 0: it has taken more */
	uint64_t credited; /* when that was so */
	uint64_t cost;	  /* ns that the last look took */
};

struct jit {
	struct tables *tables;
	struct loader *loader;
	struct known **all;
	size_t n, cap;
};

struct jit *
jit_open(struct tables *tables, struct loader *loader)
{
	struct jit *j = xcalloc(1, sizeof(*j));

	j->tables = tables;
	j->loader = loader;
	return j;
}

static void
known_free(struct known *k)
{
	tables_remove(k->jit->tables, k->pending.table);
	jvm_close(k->jvm);
	free(k);
}

void
jit_close(struct jit *j)
{
	for (size_t i = 0; i < j->n; i++)
		known_free(j->all[i]);
	free(j->all);
	free(j);
}

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

static struct known *
meet(struct jit *j, uint32_t pid, const struct mapping *libjvm)
{
	uint32_t table = tables_add(j->tables);
	struct known *k;

	if (!table)
		return NULL;
	k = xcalloc(1, sizeof(*k));
	*k = (struct known){.jit = j, .pid = pid, .pending = {0, UINT64_MAX, table}, .wait = SOON, .credit = BURST, .credited = monotonic_ns()};
	k->jvm = xcalloc(1, sizeof(*k->jvm));
	*k->jvm = (struct jvm){.tables = j->tables, .pid = (pid_t)pid, .libjvm = *libjvm};
	k->jvm->memory = (struct memory){.read = memory_of_process, .context = &k->jvm->pid};
	GROW(j->all, j->n, j->cap);
	return j->all[j->n++] = k;
}

static bool
is_same(const struct known *k, const struct mapping *libjvm)
{
	return k->jvm->libjvm.start == libjvm->start && k->jvm->libjvm.backing == libjvm->backing;
}

size_t
jit_regions(struct jit *j, const struct process *p, const struct layout_region **regions)
{
	const struct mapping *libjvm = hotspot_here() ? find_libjvm(p->space) : NULL;
	struct known *k = find(j, p->pid);

	if (k && (!libjvm || !is_same(k, libjvm))) {
		jit_gone(j, p->pid);
		k = NULL;
	}
	if (!k && libjvm)
		k = meet(j, p->pid, libjvm);
	if (!k)
		return 0;
	*regions = k->told ? k->jvm->regions : &k->pending;
	return k->told ? k->jvm->n : 1;
}

void
jit_gone(struct jit *j, uint32_t pid)
{
	struct known *k = find(j, pid);

	if (k)
		k->gone = true;
}

/* ---- reading ---- */

static void
run(void *context)
{
	struct known *k = context;
	uint64_t begin = monotonic_ns();

	jvm_read(k->jvm);
	k->cost = monotonic_ns() - begin;
	atomic_store(&k->busy, false);
}

static void
give_up(void *context)
{
	struct known *k = context;

	k->jvm->state = JVM_FOREIGN;
	atomic_store(&k->busy, false);
}

static void
ask(struct known *k)
{
	const struct loader_work work = {.run = run, .give_up = give_up, .context = k};

	atomic_store(&k->busy, true);
	k->next = UINT64_MAX;
	loader_do(k->jit->loader, &work);
}

/* How long it is to be left alone now. */
static uint64_t
pay(struct known *k, uint64_t time)
{
	int64_t credit = k->credit + (int64_t)((time - k->credited) / SHARE);

	k->credit = (credit < BURST ? credit : BURST) - (int64_t)k->cost;
	k->credited = time;
	return k->credit < 0 ? (uint64_t)-k->credit * SHARE : 0;
}

/* After a look: when may the next one be? */
static void
finish(struct known *k, uint64_t time)
{
	struct jvm *v = k->jvm;
	uint64_t rest = pay(k, time);
	bool found = false;

	for (size_t i = 0; i < v->n; i++) {
		found |= v->found[i];
		v->thorough[i] = v->wanted[i] && !v->found[i] && !v->thorough[i]; /* it may be in an old place */
		v->wanted[i] = v->found[i] = false;
	}
	k->wait = found ? SOON : k->wait * 2 < IN_VAIN ? k->wait * 2 : IN_VAIN;
	k->next = time + (rest > k->wait ? rest : k->wait);
}

/* Whether there is something to be read. */
static bool
has_work(struct known *k, uint64_t time)
{
	struct jvm *v = k->jvm;
	bool check = time - k->checked >= THOROUGH, work = false;

	if (v->state == JVM_UNREAD)
		return tables_is_wanted(k->jit->tables, k->pending.table);
	for (size_t i = 0; i < v->n; i++) {
		v->wanted[i] |= tables_is_wanted(k->jit->tables, v->regions[i].table);
		v->thorough[i] |= check && tables_is_used(k->jit->tables, v->regions[i].table);
		work |= v->wanted[i] || v->thorough[i];
	}
	if (check)
		k->checked = time;
	return work;
}

static void
follow(struct known *k, uint64_t time)
{
	if (k->next == UINT64_MAX)
		finish(k, time);
	if (time >= k->next && k->jvm->state != JVM_FOREIGN && has_work(k, time))
		ask(k);
}

void
jit_follow(struct jit *j)
{
	uint64_t time = j->n ? monotonic_ns() : 0;
	size_t kept = 0;

	for (size_t i = 0; i < j->n; i++) {
		struct known *k = j->all[i];
		bool busy = atomic_load(&k->busy);

		if (k->gone && !busy) {
			known_free(k);
			continue;
		}
		if (!busy)
			follow(k, time);
		j->all[kept++] = k;
	}
	j->n = kept;
}

bool
jit_found(struct jit *j, uint32_t *pid)
{
	for (size_t i = 0; i < j->n; i++) {
		struct known *k = j->all[i];

		if (k->told || k->gone || atomic_load(&k->busy) || k->jvm->state == JVM_UNREAD)
			continue;
		k->told = true;
		*pid = k->pid;
		return true;
	}
	return false;
}
