// SPDX-License-Identifier: GPL-2.0-or-later
/* flame.html is written as flame.html.Ab3dEf until it is whole. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/wait.h"

enum { LINKS_MAX = 40, /* as the kernel */ COPY_STEP = 16 << 20, READ_STEP = 256 << 10 };

/* The file that a link names, there or not yet. Owned. */
static char *
link_target(const char *path)
{
	char target[PATH_MAX], *to;
	const char *slash = strrchr(path, '/');
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	size_t size;

	if (n < 0)
		return NULL;
	target[n] = 0;
	if (target[0] == '/' || !slash)
		return xstrdup(target);
	size = (size_t)(slash - path) + 2 + (size_t)n;
	to = xmalloc(size);
	snprintf(to, size, "%.*s/%s", (int)(slash - path), path, target);
	return to;
}

/* The file that the path names in the end, as open(2) with O_CREAT would find it. Owned. */
static char *
follow(const char *path)
{
	char *to = realpath(path, NULL), *next;

	if (to)
		return to;
	to = xstrdup(path);
	for (int links = 0; links < LINKS_MAX && (next = link_target(to)); links++) {
		free(to);
		to = next;
	}
	return to;
}

/* What open(2) with O_CREAT would give a new file. */
static mode_t
usual_mode(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return 0666 & ~mask;
}

static int
open_beside(struct replacement *r, mode_t mode)
{
	size_t size = strlen(r->path) + sizeof(".XXXXXX");

	r->beside = xmalloc(size);
	snprintf(r->beside, size, "%s.XXXXXX", r->path);
	r->fd = mkostemp(r->beside, O_CLOEXEC);
	if (r->fd < 0) {
		free(r->beside);
		r->beside = NULL;
		return -1;
	}
	return fchmod(r->fd, mode);
}

static int
failed(struct replacement *r)
{
	int why = errno;

	if (r->fd >= 0)
		close(r->fd);
	if (r->beside)
		unlink(r->beside);
	free(r->beside);
	free(r->path);
	*r = (struct replacement){.fd = -1};
	errno = why;
	return -1;
}

/* A new file needs a directory that takes it, and so does one that is replaced. */
int
replace_check(const char *path)
{
	struct stat st = {0};
	char *to = follow(path);
	int status;

	if (stat(to, &st) && errno != ENOENT)
		status = -1;
	else
		status = access(st.st_mode && !S_ISREG(st.st_mode) ? to : dirname(to), W_OK);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		status = -1;
	}
	free(to);
	return status;
}

int
replace_open(struct replacement *r, const char *path)
{
	struct stat st;
	bool exists;

	*r = (struct replacement){.fd = -1, .path = follow(path)};
	exists = stat(r->path, &st) == 0;
	if (exists && !S_ISREG(st.st_mode))
		r->fd = open(r->path, O_WRONLY | O_CLOEXEC);
	else if (open_beside(r, exists ? st.st_mode & 0777 : usual_mode()))
		return failed(r);
	return r->fd < 0 ? failed(r) : 0;
}

int
replace_write(struct replacement *r, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(r->fd, p, len);

		if (n < 0 && wait_if_busy(r->fd, POLLOUT))
			continue;
		if (n < 0)
			return failed(r);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* File systems that have no way to share what two files hold, or copy it themselves, say so in many ways. */
int
replace_copy(struct replacement *r, int from)
{
	char *bytes;
	off_t at = 0;
	ssize_t n;

	if (!ioctl(r->fd, FICLONE, from))
		return 0;
	while ((n = copy_file_range(from, &at, r->fd, NULL, COPY_STEP, 0)) > 0)
		;
	bytes = xmalloc(READ_STEP);
	while ((n = pread(from, bytes, READ_STEP, at)) && (n > 0 || errno == EINTR)) {
		if (n < 0)
			continue;
		if (replace_write(r, bytes, (size_t)n))
			break;
		at += n;
	}
	free(bytes);
	return n ? failed(r) : 0;
}

void
replace_abandon(struct replacement *r)
{
	failed(r);
}

int
replace_close(struct replacement *r)
{
	int status = close(r->fd);

	r->fd = -1;
	if (status || (r->beside && rename(r->beside, r->path)))
		return failed(r);
	free(r->beside);
	free(r->path);
	*r = (struct replacement){.fd = -1};
	return 0;
}
