// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs already when the recording starts: /proc/PID/maps (proc_pid_maps(5)). */
#include "sampler/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "sampler/proc.h"

static bool
read_file(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	b->len = 0;
	if (fd < 0)
		return false;
	do {
		buf_reserve(b, 16 << 10);
		n = read(fd, b->data + b->len, b->cap - b->len);
		if (n > 0)
			b->len += (size_t)n;
	} while (n > 0);
	error = errno;
	close(fd);
	buf_cstr(b);
	errno = error;
	return n == 0;
}

/* "7f1c…-7f1d… r-xp 00026000 fe:01 1234    /usr/lib/libc.so.6": an executable mapping goes into the process. */
static void
take_line(struct processes *ps, uint32_t pid, char *line)
{
	struct mapping m;
	char *p = line, *path;
	unsigned long major, minor;
	uint64_t inode;

	m.start = strtoull(p, &p, 16);
	m.end = strtoull(p + (*p == '-'), &p, 16);
	if (strlen(p) < 6 || p[3] != 'x')
		return;
	m.page_offset = strtoull(p + 6, &p, 16);
	major = strtoul(p, &p, 16);
	minor = strtoul(p + (*p == ':'), &p, 16);
	inode = strtoull(p, &p, 10);
	path = p + strspn(p, " ");
	m.backing = backing_get(ps->backings, &(struct identity){.path = path, .device = makedev(major, minor), .inode = inode});
	process_map(ps, pid, &m);
}

static void
strip_deleted(char *line, size_t len)
{
	static const char deleted[] = " (deleted)";
	size_t n = sizeof(deleted) - 1;

	if (len > n && !memcmp(line + len - n, deleted, n))
		line[len - n] = 0;
}

static void
take_maps(struct processes *ps, uint32_t pid, char *text)
{
	for (char *line = text, *next; *line; line = next) {
		char *end = strchrnul(line, '\n');

		next = *end ? end + 1 : end;
		*end = 0;
		strip_deleted(line, (size_t)(end - line));
		take_line(ps, pid, line);
	}
}

/* The mappings of a process whose first thread has ended are shown by the others only. */
static bool
read_maps_of_threads(uint32_t pid, struct buf *b)
{
	struct int_list tids = {0};
	char path[64];

	proc_threads(pid, &tids);
	for (size_t i = 0; i < tids.n && !b->len; i++) {
		snprintf(path, sizeof(path), "/proc/%u/task/%u/maps", pid, tids.items[i]);
		if (!read_file(path, b))
			b->len = 0;
	}
	free(tids.items);
	return b->len;
}

void
process_snapshot(struct processes *ps, uint32_t pid)
{
	struct buf b = {0};
	char path[32];
	bool good;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	good = read_file(path, &b);
	if (!good && (errno == EACCES || errno == EPERM) && geteuid())
		ps->refused++;
	if (good && (b.len || read_maps_of_threads(pid, &b))) {
		process_know(ps, pid);
		take_maps(ps, pid, b.data);
	}
	buf_free(&b);
}

void
processes_snapshot(struct processes *ps)
{
	struct int_list pids = {0};

	proc_processes(&pids);
	for (size_t i = 0; i < pids.n; i++)
		process_snapshot(ps, pids.items[i]);
	free(pids.items);
}
