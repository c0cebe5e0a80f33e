/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-record's one place where facts from the sampler become records of the stream. */
#ifndef CMD_RECORD_SINK_H
#define CMD_RECORD_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "sampler/sampler.h"

struct recorder;

/* What opens a segment, apart from what the recorder finds out by itself. */
struct recording {
	struct sampler *sampler; /* its events */
	unsigned cpus;
	const char *command_line;
	struct keeper *keeper; /* or NULL */
	bool timestamps;
};

struct recorder *recorder_open(int fd);
void recorder_close(struct recorder *r);

struct sampler_sink recorder_sink(struct recorder *r);

/* Reads what perishes, for some ms. To be called on every tick, and before the samples of a window. */
void recorder_tick(struct recorder *r);
void recorder_look(struct recorder *r);

/* Adds lines: why kernel frames and code that was made at run time have no names. */
void recorder_report(const struct recorder *r, struct buf *lines);

/* Opens a segment whose times count from `start`, CLOCK_MONOTONIC ns. */
void recorder_begin(struct recorder *r, const struct recording *recording, uint64_t start);
bool recorder_flush(struct recorder *r);  /* false: write(2) failed, errno tells */
size_t recorder_count(const struct recorder *r); /* definitions in this segment */

/* Writes TALLY and END. The totals are the sampler's, since its start. */
bool recorder_end(struct recorder *r, const struct sampler_totals *totals);

#endif
