// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes unwind tables off the sampling path. */
#include "sampler/loader.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "elf/find.h"
#include "sampler/guard.h"
#include "sampler/thread.h"
#include "unwind/cache.h"

struct job {
	struct job *next;
	uint32_t table;
	struct place_of_file file;
	char *path; /* owned; the file's */
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_len;
	bool urgent;
};

struct loader {
	struct tables *tables;
	struct unwind_cache *cache; /* NULL: off */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct job *first, *last_urgent, *last; /* urgent ones stand first */
	unsigned urgent; /* jobs waiting or being done */
	bool stop;
	uint64_t unreadable;
};

static void
job_free(struct job *j)
{
	free(j->path);
	free(j);
}

/* ---- one job ---- */

static struct elf_file *
open_backing(struct loader *l, const struct job *j)
{
	struct elf_file *f;
	struct stat st;
	struct err err;

	if (!strcmp(j->file.path, "[vdso]"))
		return find_vdso(&err);
	f = backing_open(&j->file, j->build_id, j->build_id_len, &st);
	if (f)
		tables_file(l->tables, j->table, &st, backing_version(&st));
	return f;
}

/* Those that had to make room can be overwritten after two ticks. */
static int
put(struct loader *l, const struct job *j, const struct elf_file *f, const struct unwind_table *u)
{
	const struct timespec ticks = {.tv_nsec = 300000000};
	struct err err;

	if (!tables_put(l->tables, j->table, f, u, &err))
		return 0;
	nanosleep(&ticks, NULL);
	return tables_put(l->tables, j->table, f, u, &err);
}

static bool
is_stopping(struct loader *l)
{
	bool stop;

	pthread_mutex_lock(&l->lock);
	stop = l->stop;
	pthread_mutex_unlock(&l->lock);
	return stop;
}

static void
make_table(struct loader *l, const struct job *j, const struct elf_file *f)
{
	struct unwind_table u;
	struct err err;
	bool loaded;

	if (tables_share(l->tables, j->table, f))
		return;
	loaded = unwind_cache_load(l->cache, f, &u);
	if (!loaded && unwind_build(f, &u, &err)) {
		tables_never(l->tables, j->table);
		return;
	}
	put(l, j, f, &u);
	if (!loaded && !is_stopping(l))
		unwind_cache_store(l->cache, f, &u);
	unwind_free(&u);
}

static void
give_up(struct loader *l, const struct job *j)
{
	tables_never(l->tables, j->table);
	pthread_mutex_lock(&l->lock);
	l->unreadable++;
	pthread_mutex_unlock(&l->lock);
}

struct doing {
	struct loader *loader;
	const struct job *job;
};

static void
do_job(void *context)
{
	const struct doing *d = context;
	const struct job *j = d->job;
	struct elf_file *f = open_backing(d->loader, j);

	if (f) {
		make_table(d->loader, j, f);
		elf_close(f);
		return;
	}
	give_up(d->loader, j);
}

/* ---- the thread ---- */

static struct job *
next_job(struct loader *l)
{
	struct job *j;

	pthread_mutex_lock(&l->lock);
	while (!l->first && !l->stop)
		pthread_cond_wait(&l->work, &l->lock);
	j = l->stop ? NULL : l->first;
	if (j) {
		l->first = j->next;
		if (l->last_urgent == j)
			l->last_urgent = NULL;
		if (l->last == j)
			l->last = NULL;
	}
	pthread_mutex_unlock(&l->lock);
	return j;
}

static void
end_job(struct loader *l, struct job *j)
{
	pthread_mutex_lock(&l->lock);
	if (j->urgent && !--l->urgent)
		pthread_cond_broadcast(&l->done);
	pthread_mutex_unlock(&l->lock);
	job_free(j);
}

static void *
run(void *context)
{
	struct loader *l = context;
	struct job *j;

	while ((j = next_job(l))) {
		if (!guard_run(do_job, &(struct doing){l, j}))
			give_up(l, j);
		end_job(l, j);
		tables_idle(l->tables);
	}
	return NULL;
}

struct loader *
loader_open(struct tables *tables, struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));

	l->tables = tables;
	l->cache = unwind_cache_open();
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	thread_condition(&l->done);
	guard_install();
	if (!thread_start(&l->thread, run, l, err))
		return l;
	unwind_cache_close(l->cache);
	free(l);
	return NULL;
}

void
loader_close(struct loader *l)
{
	struct job *next;

	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	for (struct job *j = l->first; j; j = next) {
		next = j->next;
		job_free(j);
	}
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->work);
	pthread_cond_destroy(&l->done);
	unwind_cache_close(l->cache);
	free(l);
}

/* An urgent one goes behind the urgent ones that wait, another to the end. */
static void
enqueue(struct loader *l, struct job *j)
{
	struct job *behind = j->urgent ? l->last_urgent : l->last;

	j->next = behind ? behind->next : l->first;
	if (behind)
		behind->next = j;
	else
		l->first = j;
	if (j->urgent)
		l->last_urgent = j;
	if (!j->next)
		l->last = j;
	l->urgent += j->urgent;
}

void
loader_ask(struct loader *l, const struct mapping *m, uint32_t pid, bool urgent)
{
	const struct backing *b = m->backing;
	struct job *j = xcalloc(1, sizeof(*j));

	j->table = b->table;
	j->path = xstrdup(b->path);
	j->file = (struct place_of_file){.path = j->path, .inode = b->inode, .pid = pid, .start = m->start, .end = m->end};
	memcpy(j->build_id, b->build_id, b->build_id_len);
	j->build_id_len = b->build_id_len;
	j->urgent = urgent;
	pthread_mutex_lock(&l->lock);
	enqueue(l, j);
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
}

void
loader_wait(struct loader *l, unsigned ms)
{
	uint64_t until = monotonic_ns() + (uint64_t)ms * 1000000;

	pthread_mutex_lock(&l->lock);
	while (l->urgent && thread_wait(&l->done, &l->lock, until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&l->lock);
}

uint64_t
loader_unreadable(struct loader *l)
{
	uint64_t n;

	pthread_mutex_lock(&l->lock);
	n = l->unreadable;
	pthread_mutex_unlock(&l->lock);
	return n;
}
