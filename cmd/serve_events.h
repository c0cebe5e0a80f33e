/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events that pb-serve has met in the stream, in the order they came, with what there was of each. Their number is
 * bounded. The reading thread's own; the profile has a copy. Private to pb-serve. */
#ifndef CMD_SERVE_EVENTS_H
#define CMD_SERVE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "stream/dict.h"

enum { EVENTS_MAX = 1024 };

#define EVENT_TOO_MANY UINT32_MAX

struct event_sums {
	uint64_t frequency, period; /* as they were last */
	uint64_t samples, lost;
	uint64_t value; /* what the samples add up to in the event's unit */
};

struct met_event {
	struct text name, unit;
	struct event_sums sums;
};

struct events {
	struct met_event *all;
	size_t n, cap;
	uint64_t left_out; /* samples of events that were too many */

	/* private */
	struct intern texts, keys;
	size_t text_bytes;
};

/* The event of this name and unit, which may be new; EVENT_TOO_MANY when there is no room for it. */
uint32_t events_meet(struct events *e, struct text name, struct text unit);

/* What samples outside of any window belong to. */
uint32_t events_meet_none(struct events *e);

/* Whether samples of the event have values that count instead of them. */
bool events_have_values(const struct events *e, uint32_t event);

/* The samples that cannot be added to those of the first event, as they count other things. */
uint64_t events_of_other_units(const struct events *e);

void events_free(struct events *e);
size_t events_bytes(const struct events *e); /* of memory */

#endif
