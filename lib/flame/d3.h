/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame tree as JSON: nested, as d3-flame-graph reads it, or flat, as the viewer's pages carry it. */
#ifndef FLAME_D3_H
#define FLAME_D3_H

#include <stdbool.h>

#include "base/buf.h"
#include "flame/tree.h"

struct d3_options {
	const char *root; /* the name of the frame below all others */
	bool self;	  /* values are what ends at a frame, without what it calls */
	bool brief;	  /* the keys n l v d c, as perf's flamegraph.py writes them, for name libtype value delta children */
};

/* A tree on its way into JSON, part by part; the tree must stay as it is. Its values are in units of 10^-decimals. */
struct d3;
struct d3 *d3_open(const struct tree *t, unsigned decimals, const struct d3_options *o);
bool d3_more(struct d3 *d, struct buf *out); /* appends 64 KiB or somewhat more; false: nothing is left */
void d3_close(struct d3 *d);

/* Appends the tree as the data of a saved page, see profileFromData() in lib/viewer. */
void d3_profile(const struct tree *t, unsigned decimals, const char *title, const char *unit, struct buf *out);

#endif
