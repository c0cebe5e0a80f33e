/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-serve has read of the stream: the current segment's dictionary, and samples not yet entered into the profile.
 * The reading thread's own. Private to pb-serve. */
#ifndef CMD_SERVE_SEGMENT_H
#define CMD_SERVE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/table.h"
#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"
#include "cmd/stack_nodes.h"
#include "stream/account.h"
#include "stream/dict.h"

struct stream;

/* A task on a cpu, in an event. */
struct member {
	uint32_t task, event, group; /* group: plus one; 0 as long as it has none */
	uint64_t cpu;
};

/* A window that was read; its cells go from `first` to the next one's, and so do its losses. */
struct read_window {
	uint64_t start, end; /* ns since 1970 */
	uint64_t samples;
	size_t first, first_loss;
};

#define EVENT_NOT_YET (UINT32_MAX - 1) /* there was no window yet, nor samples */

struct read_cell {
	uint32_t stack, member;
	uint64_t count;
};

struct segment {
	struct dict dict;
	struct stack_nodes nodes; /* changed with the feed's lock held only */
	struct account account;
	struct events events; /* of all segments */
	struct buf host, release, command;
	uint64_t cpus, realtime;
	bool ended;	     /* the END record has come */
	bool changed;	     /* anything that the facts tell */
	bool renamed;	     /* frames whose names are in use got others */

	/* private */
	uint32_t event;	 /* the current window's, EVENT_TOO_MANY or EVENT_NOT_YET */
	bool has_values; /* that count instead of its samples */
	bool in_window;		 /* the current window is the last one of windows[], or, if there is none, of the profile */
	uint64_t start, end;	 /* of the current window */
	struct profile *profile; /* while frames are being named */
	struct member *members;
	size_t n_members, cap_members;
	struct table member_table;
	struct read_window *windows;
	size_t n_windows, cap_windows;
	bool continues; /* windows[0] is the profile's last window */
	struct loss *losses;
	size_t n_losses, cap_losses;
	struct read_cell *cells;
	size_t n_cells, cap_cells, most_cells;
	struct table cell_table; /* those of the last window */
	size_t entered_windows, entered_cells;
};

/* At most so many cells are kept until they are to be entered. */
void segment_init(struct segment *g, struct profile *p, size_t most_cells);
void segment_free(struct segment *g);
size_t segment_bytes(const struct segment *g); /* of memory */

/* Takes the stream's current block, of any type but RECORD_segment. False: there is more in it, but what was read is to
 * be entered first. */
bool segment_take(struct segment *g, struct stream *s);

/* Takes a block RECORD_segment, or the end of the stream (NULL): what was before must have been entered and the history
 * settled. */
void segment_begin(struct segment *g, struct stream *s);

/* Samples, or windows, that are to be entered. */
bool segment_has_samples(const struct segment *g);

/* Enters what was read into the profile and hands each window over, with cells that become the callee's. False: the tree
 * has grown by more than `most_nodes`, and there is more to enter. */
bool segment_enter(struct segment *g, const struct history *h, size_t most_nodes,
		   void (*each)(void *to, struct span *s, bool continues), void *to);

/* The profile's ids have changed. */
void segment_forget_groups(struct segment *g);

#endif
