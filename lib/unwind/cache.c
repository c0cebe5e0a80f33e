// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables kept on disk: one file for each build-id, a struct header and the image.
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
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/table.h"
#include "elf/build_id.h"
#include "unwind/cache_dir.h"
#include "unwind/machine.h"

/* Stands for the code that makes the tables: the Makefile's checksum of it. 0, the cache of who does not know, is off. */
#ifndef UNWIND_BUILDER
#define UNWIND_BUILDER 0
#endif

enum {
	FORMAT = 1,	       /* of struct header */
	PIECE = 256 << 10,     /* read and summed up while it is in the cpu's cache */
	TOUCH_AFTER = 60 * 60, /* seconds */
};

struct unwind_cache {
	int dir;
	uint64_t bound;
	atomic_uint writes;
};

/* As it is in memory: nobody else reads it. */
struct header {
	_Alignas(CHECKSUM_BLOCK) char magic[8];
	uint32_t format, machine;
	uint64_t builder, layout;
	uint64_t build_id_len;
	uint8_t build_id[BUILD_ID_MAX];
	struct unwind_table table; /* without the image */
	uint64_t sum;		   /* of the header with 0 here, and the image */
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

/* A build-id does not tell everything: tables are by offset in the file, patchelf(1) and BOLT move the code, strip(1)
 * takes .debug_frame away, and all of them leave the build-id. */
static uint64_t
layout_of(const struct elf_file *f)
{
	static const char *const names[] = {".eh_frame", ".debug_frame", ".zdebug_frame", ".text", ".got"};
	uint64_t h = f->n_segments;

	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		h = hash_pair(hash_pair(h, (uint64_t)s->type << 32 | s->flags), s->offset);
		h = hash_pair(hash_pair(h, s->vaddr), s->file_size);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct elf_section *s = elf_section(f, names[i]);

		h = hash_pair(h, s ? s->flags + 1 : 0);
		h = hash_pair(hash_pair(h, s ? s->vaddr : 0), s ? s->size : 0);
	}
	return h;
}

/* What a header begins with when it is for this file and by us. */
static struct header
header_for(const struct elf_file *f)
{
	struct header h = {
		.magic = {'p', 'b', 'u', 'n', 'w', 'i', 'n', 'd'},
		.format = FORMAT,
		.machine = machine.elf,
		.builder = UNWIND_BUILDER,
		.layout = layout_of(f),
		.build_id_len = f->build_id_len,
	};

	memcpy(h.build_id, f->build_id, f->build_id_len);
	return h;
}

/* ---- loading ---- */

static bool
read_whole(int fd, void *to, size_t len, struct checksum *sum)
{
	char *p = to;
	ssize_t n;

	while (len) {
		n = read(fd, p, len < PIECE ? len : PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || n % CHECKSUM_BLOCK) /* of a regular file all is read, up to its end */
			return false;
		if (sum)
			checksum_add(sum, p, (size_t)n);
		p += n;
		len -= (size_t)n;
	}
	return true;
}

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
	if (!fstat(fd, st) && S_ISREG(st->st_mode) && cache_dir_trusts(st) &&
	    (uint64_t)st->st_size > sizeof(struct header) && (uint64_t)st->st_size <= c->bound)
		return fd;
	close(fd);
	return -1;
}

static bool
header_fits(const struct header *h, const struct elf_file *f, uint64_t file_size)
{
	const struct header want = header_for(f);

	return !memcmp(h, &want, offsetof(struct header, table)) &&
	       file_size == sizeof(*h) + (uint64_t)h->table.n_chunks * UNWIND_CHUNK && h->table.rules <= h->table.n_chunks;
}

static bool
read_table(int fd, const struct elf_file *f, uint64_t file_size, struct unwind_table *t)
{
	struct checksum sum;
	struct header h;
	uint64_t told;

	if (!read_whole(fd, &h, sizeof(h), NULL) || !header_fits(&h, f, file_size))
		return false;
	told = h.sum;
	h.sum = 0;
	checksum_begin(&sum);
	checksum_add(&sum, &h, sizeof(h));
	*t = h.table;
	t->image = xreallocarray(NULL, t->n_chunks, UNWIND_CHUNK);
	if (read_whole(fd, t->image, (size_t)t->n_chunks * UNWIND_CHUNK, &sum) && checksum_end(&sum) == told &&
	    !unwind_check(t))
		return true;
	unwind_free(t);
	return false;
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
	good = read_table(fd, f, (uint64_t)st.st_size, t);
	if (good)
		touch(fd, &st);
	close(fd);
	return good;
}

/* ---- storing ---- */

static bool
write_whole(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
write_table(int fd, const struct elf_file *f, const struct unwind_table *t)
{
	struct header h = header_for(f);
	struct checksum sum;

	h.table = *t;
	h.table.image = NULL;
	checksum_begin(&sum);
	checksum_add(&sum, &h, sizeof(h));
	checksum_add(&sum, t->image, (size_t)t->n_chunks * UNWIND_CHUNK);
	h.sum = checksum_end(&sum);
	return write_whole(fd, &h, sizeof(h)) && write_whole(fd, t->image, (size_t)t->n_chunks * UNWIND_CHUNK);
}

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

	if (!c || !f->build_id_len || t->n_chunks < UNWIND_CACHE_LEAST ||
	    !may_write(c, sizeof(struct header) + (uint64_t)t->n_chunks * UNWIND_CHUNK))
		return;
	build_id_text(f->build_id, f->build_id_len, name);
	snprintf(beside, sizeof(beside), "%s.%d-%u", name, (int)getpid(), atomic_fetch_add(&c->writes, 1));
	fd = openat(c->dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	good = write_table(fd, f, t);
	if (close(fd) || !good || renameat(c->dir, beside, c->dir, name))
		unlinkat(c->dir, beside, 0);
	else
		cache_dir_trim(c->dir, c->bound);
}
