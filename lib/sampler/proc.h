/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories of /proc that are named by process or thread ids, and /proc/PID/maps (proc_pid_maps(5)). */
#ifndef SAMPLER_PROC_H
#define SAMPLER_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/parse.h"

/* Append the ids that the directory holds; nothing when it is gone. */
void proc_processes(struct int_list *pids);
void proc_threads(uint32_t pid, struct int_list *tids);

/* The text of a process's maps. False with errno: it cannot be had; it has no length if the process has ended. */
bool proc_maps(uint32_t pid, struct buf *text);

/* A mapping that can be executed. */
struct proc_map {
	uint64_t start, end, offset, device, inode;
	const char *path; /* without " (deleted)"; "" and "[vdso]" are possible */
};

/* Takes the next one from a text, which is changed. False: there are no more. */
bool proc_map_next(char **text, struct proc_map *m);

#endif
