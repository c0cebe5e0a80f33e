/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading folded text from anyone, pb-folded(5): "main;parse;read 12", or with two counts "main;parse 12 34". */
#ifndef FLAME_FOLDED_H
#define FLAME_FOLDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "flame/tree.h"

struct folded_line {
	uint32_t *frames; /* names' ids, root first; valid until the next line is read */
	uint32_t n;
	uint32_t same;	  /* so many leading frames are those of the line before */
	uint64_t counts[TREE_VALUES]; /* in units of 10^-decimals */
};

struct folded {
	int fd;
	struct intern *names;
	uint64_t line;	    /* the number of the line read last, from 1 */
	unsigned columns;   /* counts a line: 1 or 2, known from folded_open on; 0: no lines */
	unsigned decimals;  /* digits after the point in the counts so far; grows */

	/* private */
	char *bytes;	    /* owned */
	size_t at, end, cap;
	bool at_end;
	size_t last, last_len; /* the stack of the line before, kept for comparison */
	uint32_t *frames, *ends; /* of the line before: names and where they end; owned */
	size_t frames_cap, ends_cap;
	uint32_t n;
};

/* Reads the beginning of the text (at most 64 KiB) and decides about the columns. -1 on a read error. */
int folded_open(struct folded *f, int fd, struct intern *names, struct err *err);
void folded_close(struct folded *f); /* leaves the fd open */

/* The next line with a stack: 1, or 0 at the end, or -1 with the reason ("line 12: …") in err. */
int folded_next(struct folded *f, struct folded_line *line, struct err *err);

/* How folded text becomes a tree. */
struct folded_plan {
	bool reverse;	     /* leaf first */
	bool in_order;	     /* merge only with the line before: a flame chart */
	const char *base;    /* cut what is in front of this frame, leave out stacks without it; NULL: keep all */
};

/* Reads all of fd into an empty tree (made here). *decimals says the unit of its values. */
int folded_read_tree(struct tree *t, int fd, const struct folded_plan *plan, unsigned *decimals, struct err *err);

#endif
