/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-serve gives to scripts: all samples so far as folded text, tree or picture, and figures. Private to pb-serve. */
#ifndef CMD_SERVE_DOCUMENT_H
#define CMD_SERVE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "cmd/fold_lines.h"
#include "cmd/serve_feed.h"
#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"
#include "flame/tree.h"

struct document {
	enum feed_document which;
	struct fold_groups by;
	uint64_t epoch, at, bytes, held, cap; /* the feed's, for the figures */

	/* private */
	struct tree tree;     /* by name, as folded text has them */
	struct intern groups; /* first frames */
	struct fold_cells cells;
	struct buf facts;
	uint64_t samples, nodes, frames, tasks, windows, n_cells;
};

/* False, with the reason in `why`, when the query asks for something unknown. */
bool document_choose(struct document *d, enum feed_document which, const char *query, struct buf *why);

/* Takes from the profile what the document needs; then it is written without, and everything freed. */
void document_take(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts);
void document_write(struct document *d, struct buf *out);

#endif
