// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables kept on disk: one file for each build-id.
 *
 * All of a load is read(2) and unwind_check(), half and half. Measured with all files in memory, in ms:
 *
 *			chunks	build	load	store
 *	true		3	0.04	0.006	0.1
 *	libm		10	0.3	0.015	0.1
 *	libc		35	1.4	0.05	0.2
 *	node		518	39	1.0	4
 *	libLLVM		1084	79	2.7	7
 *
 * So what is smaller than UNWIND_CACHE_LEAST is worth no file: it saves less than 0.2 ms, which storing it costs. */
#include "unwind/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "elf/build_id.h"
#include "unwind/cache_dir.h"
#include "unwind/cache_file.h"

/* Stands for the code that makes the tables: the Makefile's checksum of it. 0, the cache of who does not know, is off. */
#ifndef UNWIND_BUILDER
#define UNWIND_BUILDER 0
#endif

enum { TOUCH_AFTER = 60 * 60 }; /* seconds */

struct unwind_cache {
	int dir;
	uint64_t bound;
	atomic_uint writes;
};

struct unwind_cache *
unwind_cache_open(void)
{
	int dir = UNWIND_BUILDER ? cache_dir_open() : -1;
	struct unwind_cache *c;

	if (dir < 0)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->dir = dir;
	c->bound = UNWIND_CACHE_BYTES;
	return c;
}

void
unwind_cache_close(struct unwind_cache *c)
{
	if (c)
		close(c->dir);
	free(c);
}

void
unwind_cache_bound(struct unwind_cache *c, uint64_t bytes)
{
	if (c)
		c->bound = bytes;
}

/* ---- loading ---- */

/* Opens what can be a table. */
static int
open_file(struct unwind_cache *c, const struct elf_file *f, struct stat *st)
{
	char name[BUILD_ID_TEXT];
	int fd;

	build_id_text(f->build_id, f->build_id_len, name);
	fd = openat(c->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, st) && S_ISREG(st->st_mode) && cache_dir_trusts(st) && (uint64_t)st->st_size <= c->bound)
		return fd;
	close(fd);
	return -1;
}

/* What is used is removed last. */
static void
touch(int fd, const struct stat *st)
{
	time_t age = time(NULL) - st->st_mtime;

	if (age > TOUCH_AFTER || age < -TOUCH_AFTER)
		futimens(fd, NULL);
}

bool
unwind_cache_load(struct unwind_cache *c, const struct elf_file *f, struct unwind_table *t)
{
	struct stat st;
	bool good;
	int fd;

	*t = (struct unwind_table){0};
	if (!c || !f->build_id_len)
		return false;
	fd = open_file(c, f, &st);
	if (fd < 0)
		return false;
	good = cache_file_read(fd, (uint64_t)st.st_size, f, UNWIND_BUILDER, t);
	if (good)
		touch(fd, &st);
	close(fd);
	return good;
}

/* ---- storing ---- */

/* A larger file than the shell's ulimit allows would be answered by a signal. */
static bool
may_write(const struct unwind_cache *c, uint64_t size)
{
	struct rlimit limit;

	return size <= c->bound && (getrlimit(RLIMIT_FSIZE, &limit) || size <= limit.rlim_cur);
}

void
unwind_cache_store(struct unwind_cache *c, const struct elf_file *f, const struct unwind_table *t)
{
	char name[BUILD_ID_TEXT], beside[BUILD_ID_TEXT + 32];
	bool good;
	int fd;

	if (!c || !f->build_id_len || t->n_chunks < UNWIND_CACHE_LEAST || !may_write(c, cache_file_size(t)))
		return;
	build_id_text(f->build_id, f->build_id_len, name);
	snprintf(beside, sizeof(beside), "%s.%d-%u", name, (int)getpid(), atomic_fetch_add(&c->writes, 1));
	fd = openat(c->dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	good = cache_file_write(fd, f, UNWIND_BUILDER, t);
	if (close(fd) || !good || renameat(c->dir, beside, c->dir, name))
		unlinkat(c->dir, beside, 0);
	else
		cache_dir_trim(c->dir, c->bound);
}
