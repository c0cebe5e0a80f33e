// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-record --keep-binaries: copies the files that samples are in. */
#include "cmd/record_keep.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/intern.h"
#include "base/replace.h"
#include "elf/build_id.h"
#include "elf/content_id.h"
#include "elf/file.h"
#include "elf/find.h"
#include "elf/symtab.h"
#include "sampler/guard.h"
#include "sampler/thread.h"

enum {
	LARGEST = 1 << 30, /* bytes of a file that is kept */
	WAITING = 2048,	   /* files that are open and wait */
	TOLD = 10,	   /* that were not kept */
	UNHURRIED = 10,	   /* nice */
};

struct job {
	struct job *next;
	int fd; /* owned */
	char *path; /* owned; as the process has it */
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	struct find_mapped mapped;
};

struct keeper {
	char *dir; /* owned */
	struct intern seen; /* ids */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *first, *last;
	size_t waiting;
	bool stop;
	size_t missed;	   /* files that were not kept */
	struct buf lines; /* about them */
};

/* ---- what is not kept ---- */

static void
miss(struct keeper *k, const char *path, const char *why)
{
	pthread_mutex_lock(&k->lock);
	if (k->missed++ < TOLD) {
		size_t start = k->lines.len;

		buf_printf(&k->lines, "not kept: %s: %s", path, why);
		for (size_t i = start; i < k->lines.len; i++) /* a path may hold what a terminal obeys */
			if ((unsigned char)k->lines.data[i] < 0x20 || k->lines.data[i] == 0x7f)
				k->lines.data[i] = '?';
		buf_char(&k->lines, '\n');
	}
	pthread_mutex_unlock(&k->lock);
}

/* ---- one file ---- */

static bool
is_the_one(const struct job *j)
{
	uint8_t id[BUILD_ID_MAX];
	struct err err;

	if (is_content_id(j->id, j->id_len))
		return content_id_of_fd(j->fd, id) && !memcmp(id, j->id, j->id_len);
	return elf_build_id_fd(j->fd, j->path, id, &err) == (int)j->id_len && !memcmp(id, j->id, j->id_len);
}

static int
make_dir(const char *path)
{
	return mkdir(path, 0777) && errno != EEXIST ? -1 : 0;
}

/* What is there already was whole when it got its name. NULL, or why it is not kept. */
static const char *
copy(const struct keeper *k, const struct job *j, int from, const char *suffix)
{
	char id[BUILD_ID_TEXT];
	struct buf path = {0};
	struct replacement r;
	struct stat st;
	const char *why = NULL;

	build_id_text(j->id, j->id_len, id);
	buf_printf(&path, "%s/.build-id/%.2s", k->dir, id);
	if (make_dir(buf_cstr(&path)))
		why = strerror(errno);
	buf_printf(&path, "/%s%s", id + 2, suffix);
	if (!why && (fstat(from, &st) || st.st_size > LARGEST))
		why = "larger than 1 GiB";
	if (!why && access(buf_cstr(&path), F_OK) &&
	    (replace_open(&r, buf_cstr(&path)) || replace_copy(&r, from) || replace_close(&r)))
		why = strerror(errno);
	buf_free(&path);
	return why;
}

/* Of a file that has no full table of symbols, where its process has those. */
static void
keep_debug(const struct keeper *k, const struct job *j)
{
	const struct find_wanted w = {.path = j->path, .id = j->id, .id_len = j->id_len, .mapped = j->mapped};
	const struct find_places nowhere_else = {0};
	struct find_log log = {0};
	struct elf_file *image = find_image(&w, &nowhere_else, &log), *debug = NULL;
	struct err err;
	int fd;

	if (image && !symtab_is_full(image))
		debug = find_debug(image, &w, &nowhere_else, &log);
	fd = debug ? elf_open_fd(debug->path, &err) : -1;
	if (fd >= 0) {
		copy(k, j, fd, ".debug");
		close(fd);
	}
	elf_close(debug);
	elf_close(image);
	find_log_free(&log);
}

struct doing {
	struct keeper *keeper;
	const struct job *job;
};

static void
keep(void *context)
{
	const struct doing *d = context;
	const struct job *j = d->job;
	const char *why = is_the_one(j) ? copy(d->keeper, j, j->fd, "") : "it has changed since it was mapped";

	if (why)
		miss(d->keeper, j->path, why);
	else
		keep_debug(d->keeper, j);
}

static void
job_free(struct job *j)
{
	close(j->fd);
	free(j->path);
	free(j);
}

/* ---- the thread ---- */

/* What waits is done before the end. */
static struct job *
next_job(struct keeper *k)
{
	struct job *j;

	pthread_mutex_lock(&k->lock);
	while (!k->first && !k->stop)
		pthread_cond_wait(&k->work, &k->lock);
	j = k->first;
	if (j) {
		k->first = j->next;
		k->waiting--;
	}
	pthread_mutex_unlock(&k->lock);
	return j;
}

static void *
run(void *context)
{
	struct keeper *k = context;
	struct job *j;

	setpriority(PRIO_PROCESS, (id_t)gettid(), UNHURRIED);
	while ((j = next_job(k))) {
		if (!guard_run(keep, &(struct doing){k, j}))
			miss(k, j->path, "it became shorter");
		job_free(j);
	}
	return NULL;
}

struct keeper *
keeper_open(const char *dir, struct err *err)
{
	struct keeper *k = xcalloc(1, sizeof(*k));
	struct buf path = {0};

	k->dir = xstrdup(dir);
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->work, NULL);
	guard_install();
	buf_printf(&path, "%s/.build-id", dir);
	if (make_dir(dir) || make_dir(buf_cstr(&path)) || access(path.data, W_OK))
		err_set(err, "--keep-binaries %s:", dir);
	else if (!thread_start(&k->thread, run, k, err))
		dir = NULL;
	buf_free(&path);
	if (!dir)
		return k;
	free(k->dir);
	free(k);
	return NULL;
}

void
keeper_add(struct keeper *k, const struct module_fact *f)
{
	const unsigned char *id = f->build_id_len ? f->build_id : f->content;
	size_t len = f->build_id_len ? f->build_id_len : f->content ? CONTENT_ID : 0, before = k->seen.n;
	struct job *j;

	if (f->fd < 0)
		miss(k, f->path, "its process has ended, and it is not at its path (any more)");
	if (f->fd >= 0 && len > 1 && intern(&k->seen, (const char *)id, len) == before && k->waiting < WAITING) {
		j = xcalloc(1, sizeof(*j));
		*j = (struct job){.fd = f->fd, .path = xstrdup(f->path), .id_len = len,
				  .mapped = {f->place.pid, f->place.start, f->place.end}};
		memcpy(j->id, id, len);
		pthread_mutex_lock(&k->lock);
		*(k->first ? &k->last->next : &k->first) = j;
		k->last = j;
		k->waiting++;
		pthread_cond_signal(&k->work);
		pthread_mutex_unlock(&k->lock);
	} else if (f->fd >= 0) {
		close(f->fd);
	}
}

void
keeper_close(struct keeper *k, struct buf *lines)
{
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	buf_add(lines, k->lines.data, k->lines.len);
	if (k->missed > TOLD)
		buf_printf(lines, "not kept: %zu more\n", k->missed - TOLD);
	buf_free(&k->lines);
	intern_free(&k->seen);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->work);
	free(k->dir);
	free(k);
}
