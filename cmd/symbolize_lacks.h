/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many samples lack names, by what the report calls them. Names may come late, so a segment is judged at its end. */
#ifndef CMD_SYMBOLIZE_LACKS_H
#define CMD_SYMBOLIZE_LACKS_H

#include <stddef.h>
#include <stdint.h>

#include "stream/dict.h"
#include "sym/missing.h"

struct lacks {
	struct missing missing;
	uint64_t *counts; /* samples of the segment, by stack; owned */
	size_t n, cap;
};

void lacks_count(struct lacks *l, uint32_t stack, uint64_t samples);

/* A segment ends. `subject` is asked for each stack's own frame: the number of what lacks a name in it, or DICT_NONE. */
void lacks_settle(struct lacks *l, const struct dict *d, uint32_t (*subject)(void *to, uint32_t frame), void *to);

#endif
