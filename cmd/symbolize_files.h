/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-symbolize is told about the files of modules besides path and build-id. */
#ifndef CMD_SYMBOLIZE_FILES_H
#define CMD_SYMBOLIZE_FILES_H

#include "stream/dict.h"
#include "stream/stream.h"
#include "sym/report.h"
#include "sym/symbolize.h"

/* The modules of a segment. */
struct known_modules {
	const struct dict *dict;
	struct symbolizer *symbolizer;
	struct report *report;
	uint32_t *sources;	  /* by module: the symbolizer's module; may be changed */
	const uint32_t *subjects; /* the same: in the report */
};

/* Takes the current block, of records content or place. */
void take_files(struct stream *s, const struct known_modules *m);

#endif
