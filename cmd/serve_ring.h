/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages that pb-serve keeps for its clients: the last deltas and a snapshot. Private to pb-serve. */
#ifndef CMD_SERVE_RING_H
#define CMD_SERVE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/serve_feed.h"

enum { RING_DELTAS = 64 };

struct kept; /* a message and who has it */

struct ring {
	struct kept *deltas[RING_DELTAS]; /* the last n, the newest at [(next - 1) % RING_DELTAS] */
	unsigned n, next;
	size_t bytes, most_bytes; /* of the deltas */
	struct kept *snapshot;	  /* or NULL */
	size_t given_bytes;	  /* of messages that only clients hold */
};

/* Takes the bytes over: a delta from `at` - 1 to `at`. What is longer than half of most_bytes is not kept, nor are the
 * deltas before it. */
void ring_add(struct ring *r, uint64_t epoch, uint64_t at, struct buf *bytes);
void ring_clear(struct ring *r); /* no client can be taken further by deltas */

/* The delta that takes a client from `at` further, the feed being at `now`; or NULL. */
const struct message *ring_delta(struct ring *r, uint64_t at, uint64_t now);

/* The snapshot, if deltas take further whoever has it; or NULL. */
const struct message *ring_snapshot(struct ring *r, uint64_t epoch, uint64_t now);
const struct message *ring_set_snapshot(struct ring *r, uint64_t epoch, uint64_t at, struct buf *bytes);

void ring_give_back(struct ring *r, const struct message *m);
size_t ring_bytes(const struct ring *r);

#endif
