/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of records that hold samples, read as one kind:
 *
 *	if (has_samples(stream_type(s)))
 *		while (read_samples(s, &r))
 *			...
 */
#ifndef STREAM_SAMPLES_H
#define STREAM_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "stream/record.h"

struct stream;

struct samples {
	uint64_t task, cpu, stack;
	uint64_t count; /* how many they are */
	uint64_t value; /* what they add up to in the event's unit; their number where the record has no value */
};

/* Whether records of this type hold samples: sample, timed, valued, timed_value. */
static inline bool
has_samples(uint32_t type)
{
	return type == RECORD_sample || type == RECORD_timed || type == RECORD_valued || type == RECORD_timed_value;
}

/* Reads the next record of the current block, which must be of such a type; false at its end or when the record is
 * malformed. */
bool read_samples(struct stream *s, struct samples *r);

#endif
