/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the samples: how many were delivered, and what was lost for which cause. */
#ifndef STREAM_ACCOUNT_H
#define STREAM_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sums.h"

struct stream;

struct account {
	uint64_t samples;   /* seen in the stream: all that account_samples() took */
	uint64_t values;    /* likewise, of account_values() */
	uint64_t delivered; /* of segments that were closed: as their tally says, else as seen */
	struct sums lost;   /* likewise, by cause */

	/* of the segment being read; to be looked at only */
	uint64_t seen, tally_delivered;
	struct sums losses, tally_losses;
	bool has_tally;
};

/* Takes the stream's current block if it is a lost or tally block. A record is rejected that brings the losses of all
 * segments, or what they delivered, to more than 2^63 - 1. */
bool account_take(struct account *a, struct stream *s);

/* Counts n samples of the current record. False: the stream's counts add up to more than 2^63 - 1, the record is
 * rejected. No sum of numbers that were accepted can overflow, nor that of two of these. */
bool account_samples(struct account *a, struct stream *s, uint64_t n);

/* The same for what they add up to in an event's unit, of all events. */
bool account_values(struct account *a, struct stream *s, uint64_t n);

/* To be called where a segment ends. */
void account_close(struct account *a);

#endif
