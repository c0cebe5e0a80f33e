// SPDX-License-Identifier: GPL-2.0-or-later
/* Directories of /proc that are named by process or thread ids, and /proc/PID/maps. */
#include "sampler/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "base/text_file.h"
#include "bpf/sample.h"

static void
list(const char *path, struct int_list *ids)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t id;

	while (dir && (entry = readdir(dir)))
		if (parse_u64(entry->d_name, &id) && id <= UINT32_MAX) {
			GROW(ids->items, ids->n, ids->cap);
			ids->items[ids->n++] = (uint32_t)id;
		}
	if (dir)
		closedir(dir);
}

void
proc_processes(struct int_list *pids)
{
	list("/proc", pids);
}

void
proc_threads(uint32_t pid, struct int_list *tids)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	list(path, tids);
}

/* ---- maps ---- */

/* The mappings of a process whose first thread has ended are shown by the others only. */
static void
read_maps_of_threads(uint32_t pid, struct buf *b)
{
	struct int_list tids = {0};
	char path[64];

	proc_threads(pid, &tids);
	for (size_t i = 0; i < tids.n && !b->len; i++) {
		snprintf(path, sizeof(path), "/proc/%u/task/%u/maps", pid, tids.items[i]);
		if (text_file_read(path, b))
			b->len = 0;
	}
	free(tids.items);
}

bool
proc_maps(uint32_t pid, struct buf *text)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	text->len = 0;
	if (text_file_read(path, text))
		return false;
	if (!text->len)
		read_maps_of_threads(pid, text);
	return true;
}

void
proc_strip_deleted(char *path, size_t len)
{
	static const char deleted[] = " (deleted)";
	size_t n = sizeof(deleted) - 1;

	if (len > n && !memcmp(path + len - n, deleted, n))
		path[len - n] = 0;
}

/* "7f1c…-7f1d… r-xp 00026000 fe:01 1234    /usr/lib/libc.so.6" */
static bool
read_line(char *line, struct proc_map *m)
{
	char *p = line;
	unsigned long major, minor;

	m->start = strtoull(p, &p, 16);
	m->end = strtoull(p + (*p == '-'), &p, 16);
	if (strlen(p) < 6 || p[3] != 'x')
		return false;
	m->offset = strtoull(p + 6, &p, 16);
	major = strtoul(p, &p, 16);
	minor = strtoul(p + (*p == ':'), &p, 16);
	m->device = makedev(major, minor);
	m->inode = strtoull(p, &p, 10);
	m->path = p + strspn(p, " ");
	return true;
}

bool
proc_map_next(char **text, struct proc_map *m)
{
	while (*text && **text) {
		char *line = *text, *end = strchrnul(line, '\n');

		*text = *end ? end + 1 : end;
		*end = 0;
		proc_strip_deleted(line, (size_t)(end - line));
		if (read_line(line, m))
			return true;
	}
	return false;
}

unsigned
kernel_depth(void)
{
	static const char path[] = "/proc/sys/kernel/perf_event_max_stack";
	char text[32];
	uint64_t most;

	if (text_file_line(path, text, sizeof(text)) || !parse_u64(text, &most) || !most || most > KERNEL_DEPTH)
		return KERNEL_DEPTH;
	return (unsigned)most;
}
