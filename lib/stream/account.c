// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of the samples. */
#include "stream/account.h"

#include "stream/stream.h"

/* Adds to a sum of this segment; `earlier` is what the closed ones brought. */
static bool
add_up(struct stream *s, uint64_t earlier, uint64_t *sum, uint64_t more)
{
	if (more > INT64_MAX || earlier > INT64_MAX - more || *sum > INT64_MAX - more - earlier) {
		stream_reject(s, "the counts add up to more than 9223372036854775807");
		return false;
	}
	*sum += more;
	return true;
}

bool
account_samples(struct account *a, struct stream *s, uint64_t n)
{
	if (!add_up(s, a->delivered, &a->seen, n))
		return false;
	if (!add_up(s, 0, &a->samples, n)) { /* earlier segments' tallies may have told of fewer */
		a->seen -= n;
		return false;
	}
	return true;
}

bool
account_values(struct account *a, struct stream *s, uint64_t n)
{
	if (n > INT64_MAX || a->values > INT64_MAX - n) {
		stream_reject(s, "the values add up to more than 9223372036854775807");
		return false;
	}
	a->values += n;
	return true;
}

static void
add_loss(struct stream *s, const struct sums *earlier, struct sums *sums, struct text cause, uint64_t n)
{
	uint64_t total = sums->total;

	if (n && add_up(s, earlier->total, &total, n))
		sums_add(sums, sums_name(sums, cause.data, cause.len), n);
}

bool
account_take(struct account *a, struct stream *s)
{
	struct lost_record lost;
	struct tally_record tally;

	if (stream_type(s) == RECORD_lost) {
		while (read_lost(s, &lost))
			add_loss(s, &a->lost, &a->losses, lost.cause, lost.count);
		return true;
	}
	if (stream_type(s) != RECORD_tally)
		return false;
	a->has_tally = true;
	while (read_tally(s, &tally)) {
		if (tally.class == TALLY_DELIVERED)
			add_up(s, a->delivered, &a->tally_delivered, tally.count);
		if (tally.class == TALLY_LOST)
			add_loss(s, &a->lost, &a->tally_losses, tally.cause, tally.count);
	}
	return true;
}

void
account_close(struct account *a)
{
	a->delivered += a->has_tally ? a->tally_delivered : a->seen;
	sums_move(&a->lost, a->has_tally ? &a->tally_losses : &a->losses);
	sums_free(&a->losses);
	sums_free(&a->tally_losses);
	a->seen = a->tally_delivered = 0;
	a->has_tally = false;
}
