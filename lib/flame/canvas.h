/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the picture share; private to svg*.c. */
#ifndef FLAME_CANVAS_H
#define FLAME_CANVAS_H

#include "flame/svg.h"

enum { PAD = 10 }; /* left and right of the frames */

struct canvas {
	const struct svg_options *o;
	const struct tree *t;
	struct buf *out;
	struct buf scratch, label; /* owned */
	int shown;		   /* the values drawn: 0, or 1 when there are two counts */
	unsigned decimals;
	double unit;	     /* 10^decimals */
	uint64_t total;	     /* of the full width, in units */
	int64_t most_change; /* the largest of all changes of frames' own values */
	bool ascii;	     /* no other characters are to be written */
	uint32_t levels;     /* of frames, the root included */
	double top;	     /* of the frames */
	double height;	     /* of the picture */
	struct tree_links links; /* owned */

	/* where the drawing is */
	struct colouring colouring;
	uint64_t *ends; /* by depth: where the next frame starts; owned */
	uint32_t id, depth;
};

void canvas_text(struct canvas *c, const char *text, size_t len); /* escaped */
void canvas_number(struct canvas *c, double pixels);		   /* "12.5", at most two decimals */
void canvas_begin(struct canvas *c);
bool canvas_frames(struct canvas *c, size_t end); /* draws until there are so many bytes; false: that was all */

#endif
