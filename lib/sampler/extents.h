/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places in an array that the sampling program reads: which are free, and which will be once no program that runs now
 * can still be reading them. */
#ifndef SAMPLER_EXTENTS_H
#define SAMPLER_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "sampler/backing.h"

struct extent_list {
	struct extent *items;
	size_t n, cap;
};

struct extents {
	struct extent_list free; /* ascending, none adjoins another */
	struct extent_list given, waiting;
	uint32_t end;	/* behind all */
};

uint32_t extents_top(const struct extents *e); /* behind the last element that is not free */

#define EXTENTS_FULL UINT32_MAX

void extents_init(struct extents *e, uint32_t first, uint32_t n);
uint32_t extents_take(struct extents *e, uint32_t n); /* the first of n > 0 elements in a row, or EXTENTS_FULL */
void extents_give(struct extents *e, struct extent back);

/* To be called at times that are further apart than any run of the program lasts: what was given before the last call
 * is free now. */
void extents_age(struct extents *e);

uint32_t extents_coming(const struct extents *e); /* elements that were given and are not free yet */
void extents_free(struct extents *e);

#endif
