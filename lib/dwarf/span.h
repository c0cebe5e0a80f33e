/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of addresses, each its owner's, and the map that is made of them once: whose each address is. */
#ifndef DWARF_SPAN_H
#define DWARF_SPAN_H

#include <stddef.h>
#include <stdint.h>

struct span {
	uint64_t start, end; /* vaddr; end is the first byte after */
	uint32_t owner;
};

struct spans {
	struct span *all; /* owned */
	size_t n, cap;
};

/* An empty one is not added. */
void spans_add(struct spans *s, uint64_t start, uint64_t end, uint32_t owner);
void spans_free(struct spans *s);

#define SPAN_NONE UINT32_MAX

struct span_map {
	struct span_start {
		uint64_t start;
		uint32_t owner; /* up to the next start; SPAN_NONE: nobody's */
	} *all;			/* ascending; owned */
	size_t n, cap;
};

/* Makes an empty map what the spans say, which are sorted by this. Where some overlap the highest owner counts. */
void span_map_make(struct span_map *m, struct spans *s);

/* The owner of an address, or SPAN_NONE. */
uint32_t span_map_find(const struct span_map *m, uint64_t vaddr);

void span_map_free(struct span_map *m);

#endif
