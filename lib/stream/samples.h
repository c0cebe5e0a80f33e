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

#include "stream/stream.h"

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

#define SAMPLES_OF(record, n, v)                                                                                       \
	static inline bool samples_of_##record(struct stream *s, struct samples *to)                                   \
	{                                                                                                              \
		struct record##_record r;                                                                              \
                                                                                                                       \
		if (!read_##record(s, &r))                                                                             \
			return false;                                                                                  \
		*to = (struct samples){r.task, r.cpu, r.stack, n, v};                                                  \
		return true;                                                                                           \
	}
SAMPLES_OF(sample, r.count, r.count)
SAMPLES_OF(timed, 1, 1)
SAMPLES_OF(valued, r.count, r.value)
SAMPLES_OF(timed_value, 1, r.value)
#undef SAMPLES_OF

/* Reads the next record of the current block, which must be of such a type; false at its end or when the record is
 * malformed. */
static inline bool
read_samples(struct stream *s, struct samples *r)
{
	switch (stream_type(s)) {
	case RECORD_timed:
		return samples_of_timed(s, r);
	case RECORD_valued:
		return samples_of_valued(s, r);
	case RECORD_timed_value:
		return samples_of_timed_value(s, r);
	default:
		return samples_of_sample(s, r);
	}
}

#endif
