/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-serve's profile and history together, kept within their bounds. Private to pb-serve. */
#ifndef CMD_SERVE_STORE_H
#define CMD_SERVE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"
#include "cmd/serve_segment.h"

struct store {
	uint64_t memory, window_ns; /* as in feed_options */
	struct profile profile;
	struct history history;
	uint64_t pruned;      /* samples in [pruned] */
	size_t least;	      /* bytes that were left when it was made smaller last: no use to try again at once */
	size_t segment_bytes; /* of memory, when it was entered last */
	bool crowded;	      /* the segment takes more than its share */

	struct buf windows; /* records for a message of what was entered last */
	size_t n_windows, most_bytes; /* there are no more records when they are longer */
};

void store_init(struct store *s, const struct segment *g, uint64_t memory, uint64_t window_ns);
void store_free(struct store *s);

/* Enters all that was read. True: ids have changed. */
bool store_enter(struct store *s, struct segment *g);

#endif
