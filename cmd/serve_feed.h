/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-serve's input: a thread reads the stream into a profile of bounded size; whoever serves takes messages and
 * documents from here. Private to pb-serve. */
#ifndef CMD_SERVE_FEED_H
#define CMD_SERVE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct feed;

struct feed_options {
	/* Bytes that the profile and the stream's current segment (half of it), documents (three eighths) and messages (the rest)
	 * may take; beyond, windows become coarser, leaves and tasks that had no samples for longest [pruned], documents are
	 * refused. A segment that defines more than three eighths comes on top of it. */
	uint64_t memory;
	uint64_t window_ns; /* how far back in recorded time the windows are kept apart; older ones are merged */
	bool control;	    /* the page may stop the recording: said in the facts */
};

enum feed_state {
	FEED_LIVE,
	FEED_ENDED,   /* the stream ended with its END record */
	FEED_CUT,     /* it ended without */
	FEED_FAILED,  /* malformed or unreadable; what came before is kept */
	FEED_STOPPED, /* by feed_stop() */
};

/* Starts reading from fd, which stays the caller's and must stay open. `wake` is called from the reading thread, with no
 * lock held, whenever there is something new; `name` is for messages ("<stdin>"). */
struct feed *feed_start(int fd, const char *name, const struct feed_options *o, void (*wake)(void *to), void *to);

/* Stops the threads and frees everything. All messages must have been given back, all orders given up. */
void feed_close(struct feed *f);

/* Reads no further: the state becomes FEED_STOPPED unless it ended already. */
void feed_stop(struct feed *f);

enum feed_state feed_state(struct feed *f);

/* Whether anything came that is a stream: a segment's first record. */
bool feed_began(struct feed *f);

/* Appends what is wrong with the stream, as its reader says it; nothing when all is well. */
void feed_error(struct feed *f, struct buf *out);

/* What is to be said about the profile, each thing once; NULL: nothing (more). */
const char *feed_note(struct feed *f);

/* A message to a page (serve_message.h says what is in it): immutable, shared by all clients it goes to. */
struct message {
	uint64_t epoch;	    /* of the numbering of nodes, frames, tasks and groups */
	uint64_t at;	    /* what a client that has taken it is at */
	size_t len;
	const unsigned char *bytes;
};

/* The message that takes a client further that is at `at` in `epoch` (0, 0: has nothing): the next deltas, or a
 * snapshot when there is no other way. NULL: it has everything, or has to wait; then `wake` is called. To be given back with
 * message_release(). */
const struct message *feed_message(struct feed *f, uint64_t epoch, uint64_t at);
void message_release(struct feed *f, const struct message *m);

/* Bytes of messages that are kept for slow clients only, the newest ones not among them. A server to whom that is too
 * much drops the clients that hold the oldest. */
uint64_t feed_held(struct feed *f);

enum feed_document { FEED_TREE_JSON, FEED_FOLDED, FEED_FLAME_SVG, FEED_STATS };

/* A document that was asked for. It is made in a thread of its own, and is of when that was. */
struct order;
enum order_state {
	ORDER_WAITS, /* `wake` is called when that has changed */
	ORDER_READY,
	ORDER_TOO_LARGE,
	ORDER_UNKNOWN, /* there is no such event */
};

/* Asks for /api/tree.json, /api/folded, /api/flame.svg or /api/stats: all samples so far. `query` is what followed '?'
 * ("by=process&event=cycles"; "" for none). NULL with the reason in `why` when the query asks for something unknown, without
 * one when there are too many already. All documents together may take three eighths of the memory. */
struct order *feed_order(struct feed *f, enum feed_document which, const char *query, struct buf *why);
enum order_state order_state(struct feed *f, const struct order *o);
bool order_more(struct order *o, struct buf *out); /* appends some 64 KiB; false: nothing is left */
void order_give_up(struct feed *f, struct order *o);

#endif
