/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that pb-symbolize writes: each function and source file is defined once, before it is used. Those that the
 * stream has already are kept, under ids of ours. */
#ifndef CMD_SYMBOLIZE_WRITTEN_H
#define CMD_SYMBOLIZE_WRITTEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/addresses.h"
#include "base/intern.h"
#include "stream/record.h"
#include "stream/stream.h"
#include "stream/writer.h"

struct written {
	struct intern functions, sources;	   /* ids as written */
	struct addresses known_functions, known_sources; /* the same, of texts that stay where they are */
	uint32_t *their_functions, *their_sources; /* upstream's ids to ours; owned */
	size_t n_their_functions, cap_their_functions, n_their_sources, cap_their_sources;
};

/* One function of a frame; source is NULL and line 0 where they are not known. The texts must stay where they are. */
void written_add(struct written *w, struct writer *out, uint32_t frame, const char *function, const char *source, uint32_t line);

/* Take the definitions that a block of the stream holds. */
void written_functions(struct written *w, struct writer *out, struct stream *s);
void written_sources(struct written *w, struct writer *out, struct stream *s);

/* Writes a name of the stream. */
void written_keep(struct written *w, struct writer *out, const struct name_record *r);

/* At a new segment, which forgets all ids. */
void written_free(struct written *w);

#endif
