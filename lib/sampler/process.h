/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file was mapped where, in each process, at the moment the caller has advanced it to.
 * Fed from /proc at the start and from the kernel's mmap, comm, fork and exit events after that. */
#ifndef SAMPLER_PROCESS_H
#define SAMPLER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "elf/header.h"

/* A file (or other backing) that holds code; one per distinct identity, kept for the whole run. */
struct backing {
	char *path;		/* without " (deleted)" */
	uint64_t device, inode; /* 0, 0: not known */
	unsigned char build_id[BUILD_ID_MAX];
	uint8_t build_id_len;
	bool asked;		/* the build-id was looked for */
	uint32_t id;		/* what the sink calls it; valid while defined */
	bool defined;
};

struct mapping {
	uint64_t start, end, page_offset;
	struct backing *backing;
};

/* Mappings that one or more processes have in common until one of them changes. */
struct space {
	unsigned users;
	uint64_t generation; /* unique to this content */
	struct mapping *mappings; /* executable ones, ascending, disjoint */
	size_t n, cap;
};

struct process {
	uint32_t pid;
	struct space *space; /* NULL: it has gone, or its mappings are not known */
	uint64_t exec;	     /* of its samples, once exec_known: how often it has called exec */
	bool exec_known;
	bool exec_told;	     /* the kernel told of an exec that no sample has shown yet */
	uint64_t exec_time;  /* when it did, CLOCK_MONOTONIC ns */
	uint64_t asked;	     /* round in which /proc was last asked, plus one */
	uint32_t anon_id;     /* the sink's id of its anonymous memory; valid while anon_defined */
	bool anon_defined;
};

struct processes {
	struct process **all; /* one per pid ever seen; space is NULL where it has gone */
	size_t n, cap, n_gone;
	struct table by_pid;
	struct backing **backings;
	size_t n_backings, backings_cap;
	struct table by_identity;
	uint32_t *exited; /* pids to be forgotten once the whole process has gone */
	size_t n_exited, exited_cap;
	uint64_t generations, round;
	uint64_t refused; /* processes whose mappings we were not allowed to read */
};

/* The process of a sample, with `exec` as its key has it; /proc is asked, once a round, when no record told of it. NULL:
 * nothing is known. Times are CLOCK_MONOTONIC ns. */
struct process *process_of(struct processes *ps, uint32_t pid, uint64_t exec, uint64_t time);

void process_exec(struct processes *ps, uint32_t pid, uint64_t time);	/* forgets its mappings */
void process_fork(struct processes *ps, uint32_t pid, uint32_t parent);
void process_exit(struct processes *ps, uint32_t pid); /* its first thread has ended */
void process_map(struct processes *ps, uint32_t pid, const struct mapping *mapping); /* ignored for one not known */

/* Records were lost: nothing that is known can be relied on. */
void processes_doubt(struct processes *ps);

/* Forgets processes that have ended, and begins a new round; after the last samples of a window. */
void processes_purge(struct processes *ps);
const struct mapping *space_find(const struct space *space, uint64_t address); /* or NULL */

/* The backing with this identity; made when there is none. build_id may be NULL. */
struct backing *backing_get(struct processes *ps, const char *path, uint64_t device, uint64_t inode,
			    const unsigned char *build_id, size_t build_id_len);

struct space *process_know(struct processes *ps, uint32_t pid); /* its space, empty if nothing was known */

/* Reads /proc/PID/maps of one process, or of all; a process that is gone is not an error. */
void process_snapshot(struct processes *ps, uint32_t pid);
void processes_snapshot(struct processes *ps);

/* Looks for the build-id in the file itself, once. `pid` and `mapping` say where it can be reached. */
void backing_ask_build_id(struct backing *b, uint32_t pid, const struct mapping *mapping);

void processes_forget(struct processes *ps); /* no id of the sink's is valid any more */
void processes_free(struct processes *ps);

#endif
