/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories of /proc that are named by process or thread ids, and /proc/PID/maps (proc_pid_maps(5)). */
#ifndef SAMPLER_PROC_H
#define SAMPLER_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/parse.h"

/* Append the ids of all processes, or of the threads of one, in no order; nothing when it is gone. */
void proc_processes(struct int_list *pids);
void proc_threads(uint32_t pid, struct int_list *tids);

/* The text of a process's maps. False with errno: it cannot be had; it has no length if the process has ended. */
bool proc_maps(uint32_t pid, struct buf *text);

/* Cuts off what the kernel puts behind the path of a file that has none any more. */
void proc_strip_deleted(char *path, size_t len);

/* A mapping that can be executed. */
struct proc_map {
	uint64_t start, end, offset, device, inode;
	const char *path; /* without " (deleted)"; "" and "[vdso]" are possible */
};

/* Takes the next one from a text, which is changed. False: there are no more. */
bool proc_map_next(char **text, struct proc_map *m);

/* The most frames of one part of a stack that the kernel and the program give (kernel.perf_event_max_stack). */
unsigned kernel_depth(void);

#endif
