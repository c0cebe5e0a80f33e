/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-serve's counts: windows of time with their samples. Windows of the segment being read keep them by stack, for frames
 * may yet get names, or other ones; those of earlier segments by node. Private to pb-serve. */
#ifndef CMD_SERVE_HISTORY_H
#define CMD_SERVE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/stack_nodes.h"

struct cell {
	uint32_t place; /* stack or node */
	uint32_t group;
	uint64_t count;
};

/* How many samples of an event were lost. */
struct loss {
	uint32_t event;
	uint64_t lost;
};

struct span {
	uint64_t start, end; /* ns since 1970 */
	uint64_t samples;
	struct loss *losses; /* each event once; owned */
	size_t n_losses;
	uint32_t windows; /* of the stream, merged into this one */
	bool by_stack;
	struct cell *cells; /* in the order of node, group, place, each once; owned */
	size_t n;
};

struct history {
	struct span *spans; /* in the order of the stream */
	size_t n, cap;
	uint64_t number; /* of the last one */
	uint64_t merged; /* windows that are no longer apart */
	size_t cells, losses;
	const struct stack_nodes *ends; /* where stacks end; all stacks in cells have been entered */
};

void history_free(struct history *h);
size_t history_bytes(const struct history *h);

static inline uint32_t
span_node(const struct history *h, const struct span *s, uint32_t place)
{
	return s->by_stack ? stack_node_known(h->ends, place) : place;
}

/* Sorts cells and adds up equal ones. Returns how many remain. */
size_t history_sort(const struct history *h, bool by_stack, struct cell *cells, size_t n);

/* Appends a window, or adds it to the last one; takes over its cells and losses. */
void history_append(struct history *h, const struct span *s);
void history_continue(struct history *h, struct span *s);

/* Nodes instead of stacks: to be called before the dictionary is emptied, or when names shall stay as they are. */
void history_settle(struct history *h);

/* The nodes' or groups' ids, or where stacks end, have changed; NULL: as before. */
void history_renumber(struct history *h, const uint32_t *nodes, const uint32_t *groups);

/* Merges neighbours until no more than `most` are left of the first windows (the last one of all is always kept apart), as
 * evenly as they allow. */
void history_merge(struct history *h, size_t first, size_t most);

#endif
