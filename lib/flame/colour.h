/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What colour a frame gets: flamegraph.pl's palettes. */
#ifndef FLAME_COLOUR_H
#define FLAME_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum colour_key {
	COLOUR_BY_NAME, /* equal names, equal colours; otherwise spread evenly */
	COLOUR_BY_HASH, /* names that begin alike get similar colours */
	COLOUR_RANDOM,	/* every frame its own; the same sequence each time */
};

struct palette; /* one of a fixed list */

struct colouring {
	const struct palette *palette;
	enum colour_key key;
	uint64_t random; /* state of the sequence; 0 to begin with */
};

struct background {
	uint32_t light[2], dark[2]; /* gradients from top to bottom, 0xrrggbb */
};

/* NULL when there is no such palette; NULL as a name is the default: hot, with annotated frames in hues of their own. */
const struct palette *palette_find(const char *name);

/* A gradient's name or "#rrggbb"; the palette's own one for NULL. False when there is none of that name. */
bool background_find(const char *name, const struct palette *palette, struct background *background);

uint32_t colour_frame(struct colouring *colouring, const char *name, size_t len); /* 0xrrggbb */

/* White for no change, redder for more, bluer for less, |delta| being at most `most`. */
uint32_t colour_change(int64_t delta, int64_t most);

bool colour_is_dark(uint32_t rgb);

#endif
