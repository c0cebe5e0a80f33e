// SPDX-License-Identifier: GPL-2.0-or-later
/* Directories of /proc that are named by process or thread ids. */
#include "sampler/proc.h"

#include <dirent.h>
#include <stdio.h>

#include "base/alloc.h"

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
