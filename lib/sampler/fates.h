/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the samples of a window, event by event, on its way to the sink. */
#ifndef SAMPLER_FATES_H
#define SAMPLER_FATES_H

#include "sampler/events.h"
#include "sampler/resolve.h"

struct loss {
	uint32_t event, fate, cpu;
	uint64_t count;
};

struct facts {
	struct sample_fact *all;
	size_t n, cap;
	struct loss *losses;
	size_t n_losses, losses_cap;
	uint64_t fates[SAMPLE_FATES]; /* of the window */
};

void facts_begin(struct facts *f); /* forgets those of the window before */
void facts_free(struct facts *f);

/* Adds a sample; a wait is up to two facts: until it was woken, and until it had a cpu. */
void facts_take(struct facts *f, struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses);

/* Counters of one event on one cpu. */
void facts_stats(struct facts *f, uint32_t event, uint32_t cpu, const struct sample_stats *stats);

/* What the kernel's counters do not know: a sample that fired here; that some of those that were counted as delivered are
 * lost after all; and firings, of functions' returns or others, that the kernel kept from the programs. */
void facts_fired(struct facts *f, uint32_t event, uint32_t fate, uint32_t cpu);
void facts_lose(struct facts *f, uint32_t event, uint32_t fate, uint32_t cpu, uint64_t count);
void facts_missed(struct facts *f, uint32_t event, bool is_return, uint64_t count);

/* Tells the sink, a window (CLOCK_MONOTONIC ns) for each event that had anything, and adds to the totals. */
void facts_hand_over(struct facts *f, const struct events *e, bool timed, const struct sampler_sink *sink, uint64_t start,
		     uint64_t end, struct sampler_totals *totals);

#endif
