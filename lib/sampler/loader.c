// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes unwind tables off the sampling path. */
#include "sampler/loader.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "elf/find.h"
#include "unwind/cache.h"

struct job {
	struct job *next;
	uint32_t table, pid;
	uint64_t start, end; /* of the mapping */
	uint64_t inode;	     /* 0: not known */
	char *path;
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
	struct loader_counts counts;
};

static void
job_free(struct job *j)
{
	free(j->path);
	free(j);
}

/* ---- one job ---- */

static struct elf_file *
open_path(struct loader *l, const struct job *j, const char *path)
{
	struct elf_file *f;
	struct stat st;
	struct err err;

	/* Looked at before it is opened: opening a device can do things. */
	if (stat(path, &st) || !S_ISREG(st.st_mode) || (j->inode && st.st_ino != j->inode))
		return NULL;
	f = elf_open(path, &err);
	if (f && !elf_has_build_id(f, j->build_id, j->build_id_len)) {
		elf_close(f);
		return NULL;
	}
	if (f)
		tables_file(l->tables, j->table, st.st_dev, st.st_ino);
	return f;
}

/* By its mapping it is found even when it was deleted or lies in another mount namespace. */
static struct elf_file *
open_backing(struct loader *l, const struct job *j)
{
	char path[4096 + 64];
	struct elf_file *f;
	struct err err;

	if (!strcmp(j->path, "[vdso]"))
		return find_vdso(&err);
	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", j->pid, (unsigned long long)j->start,
		 (unsigned long long)j->end);
	f = open_path(l, j, path);
	if (f)
		return f;
	snprintf(path, sizeof(path), "/proc/%u/root%s", j->pid, j->path);
	f = open_path(l, j, path);
	return f ? f : open_path(l, j, j->path);
}

static void
count(struct loader *l, uint64_t *counter, uint64_t n)
{
	pthread_mutex_lock(&l->lock);
	*counter += n;
	pthread_mutex_unlock(&l->lock);
}

/* Those that had to make room can be overwritten after two ticks. */
static int
put(struct loader *l, const struct job *j, const struct elf_file *f, const struct unwind_table *u)
{
	const struct timespec ticks = {.tv_nsec = 300000000};
	struct err err;

	if (!tables_put(l->tables, j->table, f->build_id, f->build_id_len, u, &err))
		return 0;
	nanosleep(&ticks, NULL);
	return tables_put(l->tables, j->table, f->build_id, f->build_id_len, u, &err);
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

	if (tables_share(l->tables, j->table, f->build_id, f->build_id_len))
		return;
	loaded = unwind_cache_load(l->cache, f, &u);
	if (!loaded && unwind_build(f, &u, &err)) {
		tables_never(l->tables, j->table);
		count(l, &l->counts.without, 1);
		return;
	}
	count(l, &l->counts.skipped, u.skipped);
	put(l, j, f, &u);
	if (!loaded && !is_stopping(l))
		unwind_cache_store(l->cache, f, &u);
	unwind_free(&u);
}

static void
give_up(struct loader *l, const struct job *j)
{
	tables_never(l->tables, j->table);
	count(l, &l->counts.unreadable, 1);
}

/* Files are read where they are mapped. One that its owner makes shorter meanwhile has no pages any more there, and reading
 * them is answered by SIGBUS: the job is given up, and what it had allocated with it. */
static _Thread_local sigjmp_buf *guarded;

static void
on_bus_error(int signo)
{
	if (guarded)
		siglongjmp(*guarded, 1);
	signal(signo, SIG_DFL);
	raise(signo);
}

static void
do_job(struct loader *l, const struct job *j)
{
	struct elf_file *f;

	if (tables_share(l->tables, j->table, j->build_id, j->build_id_len))
		return;
	f = open_backing(l, j);
	if (f) {
		make_table(l, j, f);
		elf_close(f);
		return;
	}
	give_up(l, j);
}

static void
do_guarded(struct loader *l, const struct job *j)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 1)) {
		give_up(l, j);
	} else {
		guarded = &here;
		do_job(l, j);
	}
	guarded = NULL;
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
		do_guarded(l, j);
		end_job(l, j);
		tables_idle(l->tables);
	}
	return NULL;
}

/* Signals are for the thread that waits for them. */
static int
start_thread(struct loader *l)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	signal(SIGBUS, on_bus_error);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&l->thread, NULL, run, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct loader *
loader_open(struct tables *tables, struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));
	pthread_condattr_t monotonic;
	int error;

	l->tables = tables;
	l->cache = unwind_cache_open();
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&l->work, NULL);
	pthread_cond_init(&l->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	error = start_thread(l);
	if (!error)
		return l;
	errno = error;
	err_set(err, "starting a thread:");
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
loader_ask(struct loader *l, const struct backing *b, uint32_t pid, const struct mapping *m, bool urgent)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->table = b->table;
	j->pid = pid;
	j->inode = b->inode;
	j->path = xstrdup(b->path);
	memcpy(j->build_id, b->build_id, b->build_id_len);
	j->build_id_len = b->build_id_len;
	j->urgent = urgent;
	if (m) {
		j->start = m->start;
		j->end = m->end;
	}
	pthread_mutex_lock(&l->lock);
	enqueue(l, j);
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
}

void
loader_wait(struct loader *l, unsigned ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&l->lock);
	while (l->urgent && pthread_cond_timedwait(&l->done, &l->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&l->lock);
}

struct loader_counts
loader_counts(struct loader *l)
{
	struct loader_counts counts;

	pthread_mutex_lock(&l->lock);
	counts = l->counts;
	pthread_mutex_unlock(&l->lock);
	return counts;
}
