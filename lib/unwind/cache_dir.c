// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory of unwind tables: ~/.cache/pb/unwind.
 *
 * What is read there steers the program in the kernel, so it has to be ours: the directory's owner is who we are
 * (under sudo HOME may still be another user's) and nobody else can write to it. Everything in it is then reached by
 * its file descriptor, so it cannot be swapped. */
#include "unwind/cache_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "elf/build_id.h"
#include "elf/sort.h"

enum { WRITERS_TAKE = 600 }; /* seconds at the most */

/* ---- opening ---- */

bool
cache_dir_trusts(const struct stat *st)
{
	return (st->st_uid == geteuid() || !st->st_uid) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Opens a directory of ours; those above the last two, which are the user's business, may be a group's too. */
static int
open_own(int at, const char *name, bool strictly)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || st.st_uid != geteuid() || (strictly && !cache_dir_trusts(&st)))) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	return fd;
}

/* Goes on to a directory below, which is made when missing. */
static int
enter(int at, const char *name, bool strictly)
{
	int fd;

	if (at < 0)
		return -1;
	fd = open_own(at, name, strictly);
	if (fd < 0 && errno == ENOENT && !mkdirat(at, name, 0700))
		fd = open_own(at, name, strictly);
	else if (fd < 0 && errno == EEXIST) /* another process was faster */
		fd = open_own(at, name, strictly);
	close(at);
	return fd;
}

/* A directory with a name of the user's choice, in one of his. */
static int
enter_path(const char *path)
{
	char *above = xstrdup(path), *last = xstrdup(path);
	int fd = open_own(AT_FDCWD, path, false);

	if (fd < 0 && errno == ENOENT)
		fd = enter(open_own(AT_FDCWD, dirname(above), false), basename(last), false);
	free(above);
	free(last);
	return fd;
}

int
cache_dir_open(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int fd = -1;

	if (getuid() != geteuid()) /* the environment is of another than we are */
		return -1;
	if (cache && cache[0] == '/')
		fd = enter_path(cache);
	else if (home && home[0] == '/')
		fd = enter(open_own(AT_FDCWD, home, false), ".cache", false);
	return enter(enter(fd, "pb", true), "unwind", true);
}

/* ---- trimming ---- */

struct listed {
	char name[NAME_MAX + 1];
	uint64_t size;
};

struct listing {
	struct listed *all;	 /* owned */
	struct sort_item *order; /* owned; by time of modification */
	size_t n, cap, order_cap;
	uint64_t total;
};

/* "9fc3…" or, while it is written, "9fc3….4711-1". */
static bool
is_ours(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits >= 2 && digits < BUILD_ID_TEXT &&
	       (!name[digits] || (name[digits] == '.' && !name[digits + 1 + strspn(name + digits + 1, "0123456789-")]));
}

static void
list_file(struct listing *l, int dir, const char *name, time_t now)
{
	struct stat st;

	if (!is_ours(name) || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	if (strchr(name, '.') && now - st.st_mtime > WRITERS_TAKE && !unlinkat(dir, name, 0))
		return;
	GROW(l->order, l->n, l->order_cap);
	GROW(l->all, l->n, l->cap);
	l->order[l->n].key = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	l->order[l->n].index = (uint32_t)l->n;
	strcpy(l->all[l->n].name, name);
	l->all[l->n++].size = (uint64_t)st.st_size;
	l->total += (uint64_t)st.st_size;
}

void
cache_dir_trim(int dir, uint64_t bound)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct listing l = {0};
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d)))
		list_file(&l, dir, e->d_name, time(NULL));
	closedir(d);
	if (l.total > bound)
		sort_items(l.order, l.n);
	for (size_t i = 0; i < l.n && l.total > bound; i++) {
		const struct listed *oldest = &l.all[l.order[i].index];

		unlinkat(dir, oldest->name, 0);
		l.total -= oldest->size;
	}
	free(l.all);
	free(l.order);
}
