/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in which events of user code are looked for: what they are called, and how they can be opened from here although
 * a process has them in a mount namespace of its own. */
#ifndef SAMPLER_USER_FILE_H
#define SAMPLER_USER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct user_file {
	char *path;  /* as we can open it, through /proc/PID if it has to be */
	char *shown; /* the last part of its path, without symbolic links */
	dev_t device;
	ino_t inode;
};

/* Each file once. */
struct user_files {
	struct user_file *all; /* owned */
	size_t n, cap;
};

/* Adds a regular file by a path of ours. False: there is none. */
bool user_files_add(struct user_files *files, const char *path);

/* The same by an absolute path as a process sees it. */
bool user_files_add_seen(struct user_files *files, uint32_t pid, const char *path);

/* The same of what a process runs, even if the file has no path any more. */
bool user_files_add_program(struct user_files *files, uint32_t pid);

/* Adds what a process has mapped and can be executed; with a name only the files that it means best: "libc.so.6", "libc"
 * or "c", or all that a glob matches. Returns how many there were, also if they were known. */
size_t user_files_add_mapped(struct user_files *files, const uint32_t *pids, size_t n_pids, const char *name);

/* How well a name means the file: 0 not at all; as above, from 3 to 1. */
int user_file_rank(const char *path, const char *name);

void user_files_free(struct user_files *files);

#endif
