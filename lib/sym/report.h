/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the modules of a recording, in words for the user. */
#ifndef SYM_REPORT_H
#define SYM_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "sym/symbolize.h"

/* One line of the report: a module, or several that are one to the user. */
struct subject {
	char *path; /* of a file; owned */
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	const char *foreign;  /* as in file_facts */
	const char *told_why; /* why a told module may lack names; NULL for a file */
	uint32_t module;      /* a told one's, and once it is looked for, a file's */
	uint64_t samples;     /* that it cost */
	bool asked_about;     /* it is to be explained */
};

struct report {
	struct intern names;
	struct subject *subjects; /* by id in names; owned */
	size_t n, cap;
};

/* The subject of a module, by path and build-id. */
uint32_t report_file(struct report *r, const struct file_facts *facts);

/* It has no build-id, but is known by its content (elf/content_id.h). */
void report_content(struct report *r, uint32_t subject, const uint8_t *id);

/* That of a module that is told; `why` lives on. */
uint32_t report_told(struct report *r, const char *path, size_t path_len, uint32_t module, const char *why);

/* The symbolizers that the modules are of. */
struct report_from {
	struct symbolizer *files, *told;
};

/* Append lines, without control bytes. The first tells the `most` subjects that cost the most samples, as counted in
 * subjects[].samples; the second where each module's symbols came from. */
void report_missing(struct report *r, const struct report_from *from, size_t most, struct buf *lines);
void report_sources(const struct report *r, const struct report_from *from, struct buf *lines);

/* Appends all that was tried for the subjects that are asked about, and what would help. */
void report_explain(const struct report *r, const struct report_from *from, const struct find_places *places,
		    struct buf *lines);

void report_free(struct report *r);

#endif
