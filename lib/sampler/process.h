/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file was mapped where, in each process, at the moment the caller has advanced it to.
 * Fed from /proc at the start and from the kernel's mmap, comm, fork and exit events after that. */
#ifndef SAMPLER_PROCESS_H
#define SAMPLER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "sampler/backing.h"

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
	struct extent placed;	    /* where the sampling program finds them */
	uint64_t placed_generation; /* the content that is there; 0: none */
	uint32_t regions_of;	    /* pid; what is placed has this process's regions. 0: none */
	bool replaced;		    /* it was placed more than once */
};

struct process {
	uint32_t pid;
	struct space *space; /* NULL: it has gone, or its mappings are not known */
	uint64_t exec;	     /* of its samples, once exec_known: how often it has called exec */
	bool exec_known;
	uint32_t execs_told; /* that no sample has shown yet */
	uint64_t exec_time;  /* of the last one that was told, CLOCK_MONOTONIC ns */
	uint64_t asked;	     /* round in which /proc was last asked, plus one */
	uint32_t anon_id;     /* the sink's id of its anonymous memory; valid while anon_defined */
	bool anon_defined;
	uint32_t renewed;     /* how often its code was found to be another than that which the sink was told of */
	uint32_t forked_from; /* pid that it has its memory from; 0: not known, or it has called exec since */
	bool changed;	     /* it is among processes.changed */
};

/* The processes as they were at one moment. There are two sets, one at the time of the samples that are being resolved
 * and one that is ahead of it, at the present; they have backings and spaces in common. */
struct processes {
	struct backings *backings;
	struct process **all; /* one per pid ever seen; space is NULL where it has gone */
	size_t n, cap, n_gone;
	struct table by_pid;
	uint32_t *exited; /* pids to be forgotten once the whole process has gone */
	size_t n_exited, exited_cap;
	bool tells;		/* of changes, in: */
	uint32_t *changed;	/* pids whose mappings may be others now, or gone */
	size_t n_changed, changed_cap;
	uint64_t round;
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

struct space *process_know(struct processes *ps, uint32_t pid); /* its space, empty if nothing was known */

/* Reads /proc/PID/maps of one process, or of all; a process that is gone is not an error. */
void process_snapshot(struct processes *ps, uint32_t pid);
void processes_snapshot(struct processes *ps);

void processes_forget(struct processes *ps); /* no id of the sink's is valid any more */
void process_ask(struct processes *ps, uint32_t pid); /* reads its mappings from /proc, once a round, if they are not known */

/* Takes a process out of those that have changed; *p is NULL for one that is gone. False: there is none left. */
bool processes_changed(struct processes *ps, uint32_t *pid, struct process **p);

void processes_copy(struct processes *ps, const struct processes *from); /* into an empty set */
struct process *process_find(const struct processes *ps, uint32_t pid);	 /* NULL: its mappings are not known */
void processes_free(struct processes *ps);

#endif
