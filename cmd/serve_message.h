/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages from pb-serve to the viewer (lib/viewer/decode.js reads them): binary WebSocket messages.
 *
 *	message   = 'D' body | 'S' body compressed by gzip
 *	body      = epoch at section*			a delta appends to what the client has, a snapshot starts anew
 *	section   = tag n record*n
 *
 * Numbers are unsigned LEB128; a text is its length in bytes and UTF-8 made visible (no control characters). Ids are
 * given in order, from 0, for each kind; node 0 is the root and is not sent.
 *
 *	tag  record
 *	1    module	text
 *	2    frame	text module+1 (0: none) kind (0 user, 1 kernel, 2 inlined, 3 jit, 4 mark)
 *	3    node	how far back its parent is (id - parent, at least 1), frame
 *	4    task	pid tid text (comm)
 *	8    event	text (name) text (unit) frequency period (0 with the other)
 *	5    group	task cpu event
 *	6    window	number start duration losses (event lost)*losses cells cell*cells
 *	7    facts	text: JSON, see below; replaces the facts before
 *
 * A window's number grows by one from window to window; one that the client has already is added to. Its start is in us
 * since 1970, its duration in us. Samples lost in it are those the kernel lost. A cell is
 *
 *	node (as the difference to the cell before, 0 at first) group count
 *
 * and its count is in the unit of the group's event: samples, ns, bytes.
 *
 * The facts: {"host", "release", "event", "unit", "frequency" (Hz; 0 with a period), "period" (these of the first event),
 * "command", "cpus",
 * "state": "live" | "ended" | "cut" | "failed" | "stopped", "error": text or "", "delivered", "lost": {cause: count},
 * "pruned": samples in [pruned], "merged": windows merged into coarser ones, "left_out": samples of other units than the
 * first event's,
 * "crowded": true while the stream's segment defines more than its share of the memory, "cut": true when there were names
 * too long to be kept whole, "control": true when the page may stop the recording}.
 *
 * Private to pb-serve. */
#ifndef CMD_SERVE_MESSAGE_H
#define CMD_SERVE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"

/* How much of a profile's definitions there is. */
struct message_mark {
	size_t modules, frames, nodes, tasks, events, groups;
};

struct message_mark message_mark(const struct profile *p);

/* Appends the record of a window. */
void message_window(struct buf *to, const struct history *h, const struct span *s, uint64_t number);

/* Appends a delta: what was defined since `from`, `n` windows' records, the facts unless they are NULL. */
void message_delta(struct buf *to, uint64_t epoch, uint64_t at, const struct profile *p, const struct message_mark *from,
		   const struct buf *windows, size_t n, const struct buf *facts);

/* Appends a snapshot. */
void message_snapshot(struct buf *to, uint64_t epoch, uint64_t at, const struct profile *p, const struct history *h,
		      const struct buf *facts);

#endif
