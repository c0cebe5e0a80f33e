/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the modules of a recording, in words for the user. */
#ifndef SYM_REPORT_H
#define SYM_REPORT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "sym/symbolize.h"

/* One line of the report: a module, or several that are one to the user. */
struct subject {
	uint32_t module;      /* the symbolizer's */
	const char *told_why; /* why a told module may lack names; NULL for a file */
	uint64_t samples;     /* that it cost */
};

struct report {
	struct intern names;
	struct subject *subjects; /* by id in names; owned */
	size_t n, cap;
};

/* The subject of a module, by path and build-id. `told_why` is NULL for a file, and lives on. */
uint32_t report_subject(struct report *r, const char *path, size_t path_len, const uint8_t *id, size_t len,
			uint32_t module, const char *told_why);

/* Append lines, without control bytes. The first tells the `most` subjects that cost the most samples, as counted in
 * subjects[].samples; the second where each module's symbols came from. */
void report_missing(struct report *r, const struct symbolizer *s, size_t most, struct buf *lines);
void report_sources(const struct report *r, const struct symbolizer *s, struct buf *lines);

void report_free(struct report *r);

#endif
