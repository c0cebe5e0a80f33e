/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-serve tells about the recording, as JSON. Private to pb-serve. */
#ifndef CMD_SERVE_FACTS_H
#define CMD_SERVE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cmd/serve_feed.h"
#include "cmd/serve_segment.h"

/* What the segment does not know. */
struct facts {
	enum feed_state state;
	const char *error;
	uint64_t pruned, merged;
	bool control, crowded, cut;
};

/* Appends the object that serve_message.h describes. */
void facts_write(struct buf *to, const struct facts *f, const struct segment *g);

#endif
