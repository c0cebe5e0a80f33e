// SPDX-License-Identifier: GPL-2.0-or-later
/* Files in which events of user code are looked for. A path of ours is taken whenever it is the process's file, as it is
 * good for longer than the process lives. */
#include "sampler/user_file.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "sampler/proc.h"

enum { PATH_SIZE = 4096 + 64 };

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
is_file(const char *path, struct stat *st)
{
	return !stat(path, st) && S_ISREG(st->st_mode);
}

static bool
is_same(const char *path, const struct stat *wanted)
{
	struct stat st;

	return is_file(path, &st) && st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino;
}

/* ---- adding ---- */

static bool
put(struct user_files *files, const char *path, const char *seen, const struct stat *st)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->all[i].device == st->st_dev && files->all[i].inode == st->st_ino)
			return true;
	GROW(files->all, files->n, files->cap);
	files->all[files->n++] = (struct user_file){
		.path = xstrdup(path), .shown = xstrdup(last_part(seen)), .device = st->st_dev, .inode = st->st_ino};
	return true;
}

bool
user_files_add(struct user_files *files, const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st;
	bool good = real && is_file(real, &st) && put(files, real, real, &st);

	free(real);
	return good;
}

/* Adds the file that a process sees at `seen`, a path without symbolic links. */
static bool
put_seen(struct user_files *files, uint32_t pid, const char *seen, const struct stat *st)
{
	char path[PATH_SIZE];

	if (is_same(seen, st))
		return put(files, seen, seen, st);
	snprintf(path, sizeof(path), "/proc/%u/root%s", pid, seen);
	return is_same(path, st) && put(files, path, seen, st);
}

/* Opens a path as the process itself would: its absolute links are of its own root directory. */
static int
open_seen(uint32_t pid, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	char root[64];
	int fd, dir;

	snprintf(root, sizeof(root), "/proc/%u/root", pid);
	dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	close(dir);
	return fd;
}

bool
user_files_add_seen(struct user_files *files, uint32_t pid, const char *path)
{
	char link[64], real[PATH_SIZE];
	struct stat st;
	ssize_t n = -1;
	bool good;
	int fd = open_seen(pid, path);

	if (fd >= 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, real, sizeof(real) - 1);
	}
	real[n > 0 ? n : 0] = 0;
	good = n > 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       (put_seen(files, pid, real, &st) || put_seen(files, pid, path, &st));
	if (fd >= 0)
		close(fd);
	return good;
}

/* /proc/PID/exe and /proc/PID/map_files/… lead to the file also when it has no path any more. */
static bool
add_link(struct user_files *files, uint32_t pid, const char *link, const char *seen)
{
	struct stat st;

	return is_file(link, &st) && (put_seen(files, pid, seen, &st) || put(files, link, seen, &st));
}

bool
user_files_add_program(struct user_files *files, uint32_t pid)
{
	char link[64], seen[PATH_SIZE];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%u/exe", pid);
	n = readlink(link, seen, sizeof(seen) - 1);
	if (n <= 0)
		return false;
	seen[n] = 0;
	proc_strip_deleted(seen, (size_t)n);
	return add_link(files, pid, link, seen);
}

/* ---- mapped files ---- */

/* What stands behind the name of a library in that of its file: ".so", ".so.6", "-2.31.so". */
static bool
is_suffix(const char *text)
{
	if (*text == '-') {
		text += 1 + strspn(text + 1, "0123456789.");
		text -= text[-1] == '.';
	}
	return !strncmp(text, ".so", 3) && (!text[3] || text[3] == '.');
}

int
user_file_rank(const char *path, const char *name)
{
	const char *file = last_part(path);
	size_t len = strlen(name);

	if (!strcmp(file, name) || (strpbrk(name, "*?") && !fnmatch(name, file, 0)))
		return 3;
	if (!strncmp(file, name, len) && (is_suffix(file + len) || (strstr(name, ".so") && file[len] == '.')))
		return 2;
	return !strncmp(file, "lib", 3) && !strncmp(file + 3, name, len) && is_suffix(file + 3 + len);
}

static bool
add_map(struct user_files *files, uint32_t pid, const struct proc_map *m)
{
	char path[PATH_SIZE];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", pid, (unsigned long long)m->start,
		 (unsigned long long)m->end);
	if (add_link(files, pid, path, m->path))
		return true;
	snprintf(path, sizeof(path), "/proc/%u/root%s", pid, m->path); /* not all may follow map_files */
	return is_file(path, &st) && st.st_ino == m->inode && put_seen(files, pid, m->path, &st);
}

static size_t
add_mapped(struct user_files *files, uint32_t pid, const char *name, int rank)
{
	struct buf text = {0};
	struct proc_map m;
	size_t n = 0;
	char *at;

	if (proc_maps(pid, &text)) {
		at = text.data;
		while (proc_map_next(&at, &m))
			if (m.path[0] == '/' && m.inode && (!name || user_file_rank(m.path, name) == rank))
				n += add_map(files, pid, &m);
	}
	buf_free(&text);
	return n;
}

size_t
user_files_add_mapped(struct user_files *files, const uint32_t *pids, size_t n_pids, const char *name)
{
	size_t n = 0;

	for (int rank = name ? 3 : 1; rank && !n; rank--)
		for (size_t i = 0; i < n_pids; i++)
			n += add_mapped(files, pids[i], name, rank);
	return n;
}

void
user_files_free(struct user_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->all[i].path);
		free(files->all[i].shown);
	}
	free(files->all);
	*files = (struct user_files){0};
}
