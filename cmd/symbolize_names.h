/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of a segment's frames as pb-symbolize writes them. Names that the stream has already are kept, under ids of
 * ours. */
#ifndef CMD_SYMBOLIZE_NAMES_H
#define CMD_SYMBOLIZE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addresses.h"
#include "base/intern.h"
#include "stream/stream.h"
#include "stream/writer.h"
#include "sym/symbolize.h"

struct names {
	struct writer *out;		   /* not owned */
	struct intern functions, sources; /* ids as written */
	struct addresses known_functions, known_sources; /* the same, of texts that stay where they are */
	uint32_t *their_functions, *their_sources; /* upstream's ids to ours; owned */
	size_t n_their_functions, cap_their_functions, n_their_sources, cap_their_sources;
	struct frame_name *frames; /* owned */
	size_t n_frames, cap_frames;
};

/* A segment begins. */
void names_begin(struct names *n);

/* There are frames up to `frames` now. */
void names_expect(struct names *n, size_t frames);

/* Whether a frame has a name, of ours or of the stream's. */
bool names_has(const struct names *n, uint32_t frame);

/* Writes a chain for a frame, unless it is what was written last or the stream has named the frame. At most once for a frame
 * between two writer_cut(). */
void names_write(struct names *n, uint32_t frame, const struct called *chain, uint32_t length);

/* Takes the stream's current block if it is of functions, sources or names. */
bool names_take(struct names *n, struct stream *s);

#endif
