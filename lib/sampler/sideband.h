/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells about processes while we sample: exec, fork, exit and executable mappings, with build-ids
 * and times, through a dummy perf event on each cpu (perf_event_open(2), PERF_RECORD_MMAP2 and others). */
#ifndef SAMPLER_SIDEBAND_H
#define SAMPLER_SIDEBAND_H

#include <stdint.h>

#include "base/err.h"
#include "sampler/process.h"

struct code_notices;
struct sideband;

/* follows: sideband_follow() will be called, soon after each record that came. */
struct sideband *sideband_open(const uint32_t *cpus, size_t n_cpus, bool follows, struct err *err);
void sideband_close(struct sideband *s);

/* Moves what the kernel has written into memory; code that is made at run time is noticed. */
void sideband_collect(struct sideband *s);
struct code_notices *sideband_notices(struct sideband *s);

/* Sorts what was collected by time. To be called once before a round of sideband_apply(). */
void sideband_sort(struct sideband *s);

/* Applies the records up to and including `time` (CLOCK_MONOTONIC ns) to the processes. */
void sideband_apply(struct sideband *s, uint64_t time, struct processes *ps);

/* Applies what was collected since the last call, whatever the time of the samples: these processes are those of the
 * present. What came in the last moment waits for the next call. */
void sideband_follow(struct sideband *s, struct processes *ps);
bool sideband_waits(const struct sideband *s); /* for that */
void sideband_watch(struct sideband *s, int epoll); /* adds what becomes readable when there are records */

/* When a thread was cloned, and by which, if a record that waits tells. */
bool sideband_forked(const struct sideband *s, uint32_t tid, uint32_t *parent_tid, uint64_t *time);

uint64_t sideband_lost(const struct sideband *s); /* records that the kernel dropped */

#endif
