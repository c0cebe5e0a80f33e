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
#include "elf/build_id.h"
#include "sampler/process.h"

static uint64_t
identity(const char *path, uint64_t device, uint64_t inode, const unsigned char *build_id, size_t len)
{
	uint64_t h = hash_bytes(path, strlen(path));

	return len ? hash_pair(h, hash_bytes(build_id, len)) : hash_pair(h, hash_pair(device, inode));
}

/* A backing is told apart by path and build-id, or path, device and inode when it came without a build-id. */
static bool
same(const struct backing *b, const char *path, uint64_t device, uint64_t inode, const unsigned char *build_id,
     size_t len)
{
	if (strcmp(b->path, path))
		return false;
	if (len)
		return b->build_id_len == len && !b->inode && !memcmp(b->build_id, build_id, len);
	return b->inode == inode && b->device == device;
}

struct backing *
backing_get(struct backings *bs, const char *path, uint64_t device, uint64_t inode, const unsigned char *build_id,
	    size_t len)
{
	uint64_t hash = identity(path, device, inode, build_id, len);
	struct probe p = table_probe(&bs->by_identity, hash);
	struct backing *b;
	uint32_t i;

	while (table_next(&bs->by_identity, &p, &i))
		if (same(bs->all[i], path, device, inode, build_id, len))
			return bs->all[i];
	GROW(bs->all, bs->n, bs->cap);
	b = bs->all[bs->n] = xcalloc(1, sizeof(*b));
	b->path = xstrdup(path);
	b->device = len ? 0 : device;
	b->inode = len ? 0 : inode;
	b->asked = len > 0;
	b->build_id_len = (uint8_t)len;
	if (len)
		memcpy(b->build_id, build_id, len);
	table_insert(&bs->by_identity, hash, (uint32_t)bs->n++);
	return b;
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
	for (size_t i = 0; i < bs->n; i++) {
		free(bs->all[i]->path);
		free(bs->all[i]);
	}
	free(bs->all);
	free(bs->released);
	table_free(&bs->by_identity);
}

/* The file's build-id, if it is the file that was mapped. */
static bool
ask(struct backing *b, const char *path)
{
	struct stat st;
	struct err err;
	int fd, n;

	/* Looked at before it is opened: opening a device can do things. */
	if (stat(path, &st) || !S_ISREG(st.st_mode) || (b->inode && st.st_ino != b->inode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	n = elf_build_id_fd(fd, path, b->build_id, &err);
	close(fd);
	b->build_id_len = n > 0 ? (uint8_t)n : 0;
	return true;
}

void
backing_ask_build_id(struct backing *b, uint32_t pid, const struct mapping *m)
{
	char path[4096 + 64];

	if (b->asked)
		return;
	b->asked = true;
	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", pid, (unsigned long long)m->start,
		 (unsigned long long)m->end);
	if (ask(b, path))
		return;
	snprintf(path, sizeof(path), "/proc/%u/root%s", pid, b->path);
	if (!ask(b, path))
		ask(b, b->path);
}
