/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-fold's events: which of them are counted, by what, and what there was of each. Private to pb-fold. */
#ifndef CMD_FOLD_EVENTS_H
#define CMD_FOLD_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "base/sums.h"
#include "cmd/event_names.h"
#include "stream/dict.h"
#include "stream/samples.h"

/* What becomes of an event's samples. */
enum fold_use { FOLD_COUNTED, FOLD_OTHER_UNIT, FOLD_NOT_ASKED, FOLD_USES };

struct fold_event {
	uint32_t name, unit; /* in texts */
	bool asked;	     /* for by its name */
	uint64_t samples[FOLD_USES];
	uint64_t value; /* what they all add up to in its unit */
};

struct fold_events {
	struct event_names asked; /* none: all that count the same thing as the first one */
	bool by_count;		  /* samples are counted, also where they have values */

	/* All events of all segments, told apart by name and unit. */
	struct fold_event *all;
	size_t n, cap;
	struct intern texts;

	/* private */
	struct intern keys;
	uint32_t *ids; /* by an event's id in the segment */
	size_t n_ids, cap_ids;
	uint32_t unit; /* of the first event that is counted, plus one */
	uint32_t now;  /* the current window's event, plus one; 0 without a window */
	enum fold_use use;
	bool has_values;
};

/* A segment begins, or is over: no event, no window. */
void fold_events_begin(struct fold_events *e);

/* Events were defined. */
void fold_events_take(struct fold_events *e, const struct dict *d);

/* A window of this event opens. */
void fold_events_open(struct fold_events *e, uint32_t event);

/* Samples follow. Those without a window are of an event that is called "no event". */
void fold_events_ready(struct fold_events *e);

/* Counts samples of the current window. Returns what is to be folded. */
static inline uint64_t
fold_events_add(struct fold_events *e, const struct samples *r)
{
	struct fold_event *event = &e->all[e->now - 1];
	uint64_t value = e->has_values ? r->value : r->count;

	event->samples[e->use] += r->count;
	event->value += value;
	return e->use != FOLD_COUNTED ? 0 : e->by_count ? r->count : value;
}

/* The samples that became this, by event. To be freed. */
struct sums fold_events_sums(const struct fold_events *e, enum fold_use use);

/* Appends the events that were asked for: name, unit, samples, value, one a line. */
void fold_events_list(const struct fold_events *e, struct buf *to);

#endif
