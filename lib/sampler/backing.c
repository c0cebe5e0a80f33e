// SPDX-License-Identifier: GPL-2.0-or-later
/* The files (and other things) that hold the code of processes. */
#include "sampler/backing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "elf/build_id.h"
#include "elf/file.h"
#include "sampler/code.h"
#include "sampler/process.h"

enum { HELD_MAX = 512 };

uint64_t
backing_version(const struct stat *st)
{
	uint64_t file = hash_pair((uint64_t)st->st_dev, (uint64_t)st->st_ino);
	uint64_t changed = hash_pair((uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec);

	return hash_pair(hash_pair(file, changed), (uint64_t)st->st_size) | 1;
}

static uint64_t
hash_identity(const struct identity *i)
{
	uint64_t h = hash_bytes(i->path, strlen(i->path));

	return i->build_id_len ? hash_pair(h, hash_bytes(i->build_id, i->build_id_len))
			       : hash_pair(h, hash_pair(hash_pair(i->device, i->inode), i->version));
}

static bool
same(const struct backing *b, const struct identity *i)
{
	if (strcmp(b->path, i->path))
		return false;
	if (i->build_id_len)
		return b->build_id_len == i->build_id_len && !b->inode && !memcmp(b->build_id, i->build_id, i->build_id_len);
	return b->inode == i->inode && b->device == i->device && b->version == i->version;
}

static struct backing *
backing_new(const struct identity *i)
{
	struct backing *b = xcalloc(1, sizeof(*b));

	b->path = xstrdup(i->path);
	b->asked = i->build_id_len > 0;
	b->memory = !i->build_id_len && code_is_memory(i->path);
	b->build_id_len = (uint8_t)i->build_id_len;
	if (i->build_id_len) {
		memcpy(b->build_id, i->build_id, i->build_id_len);
	} else {
		b->device = i->device;
		b->inode = i->inode;
		b->version = i->version;
	}
	return b;
}

struct backing *
backing_get(struct backings *bs, const struct identity *identity)
{
	uint64_t hash = hash_identity(identity);
	struct table_probe p = table_probe(&bs->by_identity, hash);
	uint32_t i;

	while (table_next(&bs->by_identity, &p, &i))
		if (same(bs->all[i], identity))
			return bs->all[i];
	GROW(bs->all, bs->n, bs->cap);
	table_insert(&bs->by_identity, hash, (uint32_t)bs->n);
	return bs->all[bs->n++] = backing_new(identity);
}

/* Of a file that can not be reached any more. */
static struct backing *
latest(const struct backings *bs, const struct identity *i)
{
	for (size_t k = bs->n; k-- > 0;) {
		struct backing *b = bs->all[k];

		if (b->inode == i->inode && b->device == i->device && !strcmp(b->path, i->path))
			return b;
	}
	return NULL;
}

struct backing *
backing_get_mapped(struct backings *bs, const struct identity *identity, const struct place_of_file *place)
{
	struct identity i = *identity;
	struct backing *b = NULL;

	i.version = i.inode && !i.build_id_len ? backing_find_version(place) : 0;
	if (i.inode && !i.build_id_len && !i.version)
		b = latest(bs, &i);
	return b ? b : backing_get(bs, &i);
}

bool
backing_is_anonymous(const struct backing *b)
{
	return !b->inode && !b->build_id_len && (!b->path[0] || !strcmp(b->path, "//anon"));
}

void
backings_forget(struct backings *bs)
{
	for (size_t i = 0; i < bs->n; i++)
		bs->all[i]->defined = false;
}

void
backings_release(struct backings *bs, struct extent e)
{
	if (!e.n)
		return;
	GROW(bs->released, bs->n_released, bs->released_cap);
	bs->released[bs->n_released++] = e;
}

void
backings_free(struct backings *bs)
{
	for (size_t i = 0; i < bs->n_held; i++)
		close(bs->held[i]->held);
	for (size_t i = 0; i < bs->n; i++) {
		free(bs->all[i]->path);
		free(bs->all[i]);
	}
	free(bs->all);
	free(bs->released);
	free(bs->held);
	table_free(&bs->by_identity);
}

/* Whether it could make use of the file at this path. */
typedef bool file_taker(void *context, const char *path, const struct stat *st);

/* Looked at before it is opened: opening a device can do things. */
static bool
try_path(const struct place_of_file *f, const char *path, file_taker *take, void *context)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && (!f->inode || st.st_ino == f->inode) && take(context, path, &st);
}

/* Tries the places where the file may be: the mapping itself, which has it also when it was deleted, the process's root
 * directory, ours. True once take() was content. */
static bool
reach(const struct place_of_file *f, file_taker *take, void *context)
{
	char path[4096 + 64];

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", f->pid, (unsigned long long)f->start,
		 (unsigned long long)f->end);
	if (try_path(f, path, take, context))
		return true;
	snprintf(path, sizeof(path), "/proc/%u/root%s", f->pid, f->path);
	return try_path(f, path, take, context) || try_path(f, f->path, take, context);
}

struct opening {
	const uint8_t *build_id;
	size_t build_id_len;
	struct stat *st;
	struct elf_file *file;
};

static bool
open_path(void *context, const char *path, const struct stat *st)
{
	struct opening *o = context;
	struct err err;

	o->file = elf_open(path, &err);
	if (o->file && !elf_has_build_id(o->file, o->build_id, o->build_id_len)) {
		elf_close(o->file);
		o->file = NULL;
	}
	*o->st = *st;
	return o->file;
}

struct elf_file *
backing_open(const struct place_of_file *f, const uint8_t *build_id, size_t build_id_len, struct stat *st)
{
	struct opening o = {.build_id = build_id, .build_id_len = build_id_len, .st = st};

	reach(f, open_path, &o);
	return o.file;
}

static bool
take_version(void *context, const char *path, const struct stat *st)
{
	(void)path;
	*(uint64_t *)context = backing_version(st);
	return true;
}

uint64_t
backing_find_version(const struct place_of_file *f)
{
	uint64_t version = 0;

	reach(f, take_version, &version);
	return version;
}

static void
read_ids(struct backing *b, int fd)
{
	struct err err;
	int n = elf_build_id_fd(fd, b->path, b->build_id, &err);

	b->has_content = n == 0 && content_id_of_fd(fd, b->content);
	b->build_id_len = n > 0 ? (uint8_t)n : 0;
	b->memory &= n < 0;
}

static bool
open_for_ids(void *context, const char *path, const struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	(void)st;
	if (fd < 0)
		return false;
	read_ids(context, fd);
	close(fd);
	return true;
}

void
backing_ask_build_id(struct backing *b, uint32_t pid, const struct mapping *m)
{
	const struct place_of_file f = {.path = b->path, .inode = b->inode, .pid = pid, .start = m->start, .end = m->end};

	if (b->asked)
		return;
	b->asked = true;
	if (b->hold) {
		read_ids(b, b->held);
	} else if (!reach(&f, open_for_ids, b) && !b->memory) { /* what is at its path is another file */
		content_id_unknown(b->content);
		b->has_content = true;
	}
}

/* ---- for those who want the file itself ---- */

struct wanted_file {
	const struct backing *backing;
	int fd;
};

static bool
take_descriptor(void *context, const char *path, const struct stat *st)
{
	struct wanted_file *w = context;
	const struct backing *b = w->backing;
	uint8_t id[BUILD_ID_MAX];
	struct err err;

	(void)st;
	w->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (w->fd < 0)
		return false;
	if (!b->build_id_len ||
	    (elf_build_id_fd(w->fd, path, id, &err) == b->build_id_len && !memcmp(id, b->build_id, b->build_id_len)))
		return true;
	close(w->fd);
	w->fd = -1;
	return false;
}

static int
open_descriptor(const struct backing *b, uint32_t pid, const struct mapping *m)
{
	struct wanted_file w = {b, -1};

	reach(&(struct place_of_file){b->path, b->inode, pid, m->start, m->end}, take_descriptor, &w);
	return w.fd;
}

void
backing_hold(struct backings *bs, struct backing *b, uint32_t pid, const struct mapping *m)
{
	if (b->hold || b->path[0] != '/' || backing_is_anonymous(b) || bs->n_held == HELD_MAX)
		return;
	b->held = open_descriptor(b, pid, m);
	if (b->held < 0)
		return;
	b->hold = monotonic_ns();
	GROW(bs->held, bs->n_held, bs->held_cap);
	bs->held[bs->n_held++] = b;
}

void
backings_age(struct backings *bs, uint64_t ns)
{
	uint64_t now = bs->n_held ? monotonic_ns() : 0;
	size_t kept = 0;

	for (size_t i = 0; i < bs->n_held; i++) {
		struct backing *b = bs->held[i];

		if (now - b->hold < ns) {
			bs->held[kept++] = b;
			continue;
		}
		close(b->held);
		b->hold = 0;
	}
	bs->n_held = kept;
}

int
backing_descriptor(const struct backing *b, uint32_t pid, const struct mapping *m)
{
	return b->hold ? fcntl(b->held, F_DUPFD_CLOEXEC, 0) : open_descriptor(b, pid, m);
}
