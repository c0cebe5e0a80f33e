/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-serve gives to scripts: all samples so far as folded text, tree or picture, and figures. A document is taken from
 * the profile, prepared without it, and then written part by part. Private to pb-serve. */
#ifndef CMD_SERVE_DOCUMENT_H
#define CMD_SERVE_DOCUMENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "cmd/fold_lines.h"
#include "cmd/serve_feed.h"
#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"
#include "cmd/serve_query.h"
#include "flame/tree.h"
#include "flame/unit.h"

struct document {
	enum feed_document which;
	struct query query;
	uint64_t epoch, at, bytes, held, cap, silent; /* the feed's, for the figures */
	size_t most;	  /* bytes that it may take */
	atomic_bool stop; /* it is not wanted any more */
	bool unknown;	  /* there is no such event */

	/* private */
	struct tree tree;     /* by name, as folded text has them */
	struct intern groups; /* first frames */
	struct fold_cells cells;
	struct tree whole; /* the groups being first frames */
	size_t text_bytes;
	enum unit unit; /* of the counts */
	struct buf facts, events; /* JSON */
	uint64_t samples, nodes, frames, tasks, windows, n_cells;
	struct fold_lines *lines;
	struct d3 *d3;
	struct svg *svg;
	size_t ready_bytes; /* of what is above these, when it was made */
	bool ended;
};

/* False, with the reason in `why`, when the query asks for something unknown. */
bool document_choose(struct document *d, enum feed_document which, const char *query, struct buf *why);

/* Takes from the profile what the document needs; then it is prepared without. False: it would take more memory than it
 * may, is to stop, or is of an unknown event. */
bool document_take(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts);
bool document_prepare(struct document *d);

/* Appends 64 KiB or somewhat more; false: nothing is left. */
bool document_more(struct document *d, struct buf *out);

size_t document_bytes(const struct document *d); /* of memory */
void document_free(struct document *d);		 /* all but the choice */

#endif
