// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of records that hold samples, read as one kind. */
#include "stream/samples.h"

#include "stream/stream.h"

static bool
read_one_timed(struct stream *s, struct samples *to)
{
	struct timed_record r;

	if (!read_timed(s, &r))
		return false;
	*to = (struct samples){r.task, r.cpu, r.stack, 1, 1};
	return true;
}

static bool
read_one_valued(struct stream *s, struct samples *to)
{
	struct valued_record r;

	if (!read_valued(s, &r))
		return false;
	*to = (struct samples){r.task, r.cpu, r.stack, r.count, r.value};
	return true;
}

static bool
read_one_timed_value(struct stream *s, struct samples *to)
{
	struct timed_value_record r;

	if (!read_timed_value(s, &r))
		return false;
	*to = (struct samples){r.task, r.cpu, r.stack, 1, r.value};
	return true;
}

bool
read_samples(struct stream *s, struct samples *to)
{
	struct sample_record r;

	if (stream_type(s) == RECORD_timed)
		return read_one_timed(s, to);
	if (stream_type(s) == RECORD_valued)
		return read_one_valued(s, to);
	if (stream_type(s) == RECORD_timed_value)
		return read_one_timed_value(s, to);
	if (!read_sample(s, &r))
		return false;
	*to = (struct samples){r.task, r.cpu, r.stack, r.count, r.count};
	return true;
}
