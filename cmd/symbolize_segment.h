/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The segment that pb-symbolize is naming: its definitions, what was asked for its frames, what is written of their names.
 * That the stream cannot be written shows in writer_failed(). */
#ifndef CMD_SYMBOLIZE_SEGMENT_H
#define CMD_SYMBOLIZE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/symbolize_lacks.h"
#include "cmd/symbolize_names.h"
#include "cmd/symbolize_pending.h"
#include "stream/dict.h"
#include "stream/stream.h"
#include "sym/report.h"

struct segment {
	struct symbolizer *told; /* for what the stream tells the symbols of; not owned */
	const char *explained;	 /* only modules that this names are looked up; NULL: all */
	bool no_local;		 /* files of this machine count by build-id only */
	bool live; /* the input comes as it is recorded: nothing in it may wait long */

	struct report report;
	struct lacks lacks;
	struct names names;
	struct pending pending;

	/* Private. */
	struct dict dict;
	const char *foreign; /* why paths of this segment's files do not count here; NULL */
	bool elsewhere;	     /* it is of another machine: its processes are none of ours */
	bool slow, late;     /* a last answer, a first one was not there in time, and is not yet */
	struct segment_module *modules; /* owned */
	size_t n_modules, cap_modules;
	bool *called; /* by frame: it called another; owned */
	size_t n_called, cap_called, n_resolved, n_linked;
};

void segment_init(struct segment *g, struct worker *worker, struct symbolizer *told, struct writer *out);

/* Takes the stream's current block, after writing what names it needs. True: it is to be copied. */
bool segment_take(struct segment *g, struct stream *s);

/* Whether names may still come for what was passed on; and writes those that have come. */
bool segment_expects(const struct segment *g);
void segment_write_late(struct segment *g);

/* The input ends: waits for all names and writes them. */
void segment_end(struct segment *g);

#endif
