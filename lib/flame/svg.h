/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The picture: a frame tree as an interactive SVG. */
#ifndef FLAME_SVG_H
#define FLAME_SVG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "flame/colour.h"
#include "flame/tree.h"
#include "flame/unit.h"

struct svg_options {
	const char *title, *subtitle, *notes; /* NULL: none (title: by the kind of picture) */
	const char *font, *encoding;
	const char *count_name, *name_type;
	enum unit unit; /* times and sizes are shown as such, without the count name */
	uint64_t width, frame_height; /* pixels */
	bool fluid;		      /* the picture fits itself to the window's width */
	double font_size;
	double min_width; /* pixels, or percent of the total */
	bool min_percent;
	struct colouring colouring;
	struct background background;
	bool inverted;	   /* root on top */
	bool in_order;	   /* a flame chart */
	bool negate;	   /* swap the hues of more and less */
	double factor;	   /* of the counts shown */
	double total;	   /* what the full width stands for, if more than the sum of the counts */
};

/* A picture on its way out, part by part; the rest is as with svg_draw(). The tree and the options' texts must stay. NULL when
 * there is nothing to draw. */
struct svg;
struct svg *svg_open(const struct svg_options *o, struct tree *t, unsigned decimals, struct err *err);
bool svg_more(struct svg *s, struct buf *out); /* appends 64 KiB or somewhat more; false: nothing is left */
void svg_close(struct svg *s);

/* Draws the tree, whose values are in units of 10^-decimals. The tree is used up: its values become inclusive ones and
 * its narrow frames are gone. -1 when there is nothing to draw. */
int svg_draw(const struct svg_options *o, struct tree *t, unsigned decimals, struct buf *out, struct err *err);

/* The sum of the counts that the widths of the frames stand for. */
double svg_sum(const struct tree *t, unsigned decimals);

/* Whether a document can say it is in this encoding and hold only ASCII. */
bool svg_encoding_known(const char *name);

#endif
