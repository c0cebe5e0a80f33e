/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was tried to find a module's files, in order, and what came of each attempt. */
#ifndef ELF_FIND_LOG_H
#define ELF_FIND_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum find_outcome {
	FIND_USED,
	FIND_ABSENT,	 /* it is not there */
	FIND_OTHER,	 /* another file than was recorded, by its build-id or CRC */
	FIND_UNREADABLE, /* not to be opened, or not an ELF file */
	FIND_NO_SYMBOLS, /* it is the right one, but has nothing that is needed */
	FIND_NOT_USED,	 /* nothing says that it is the right one */
	FIND_NO_ANSWER,	 /* who was asked for it was in trouble */
};

#define FIND_PATH "path" /* the kind of place that is the recorded path itself */

struct find_attempt {
	const char *source; /* which kind of place: FIND_PATH, "build-id directory" */
	bool debug;	    /* the debug file was looked for, not the file that was mapped */
	enum find_outcome outcome;
	char *path;   /* owned */
	char *reason; /* in words, starting with the path; owned; NULL when it was used or says no more than the outcome */
};

struct find_log {
	struct find_attempt *all; /* owned */
	size_t n, cap;
};

/* `source` lives on; path and reason are copied. */
void find_log_add(struct find_log *log, const char *source, bool debug, enum find_outcome outcome, const char *path,
		  const char *reason);

/* The first attempt from `from` on that met something wrong: not an absent file. NULL: there is none. */
const struct find_attempt *find_log_refusal(const struct find_log *log, size_t from);

/* "not there". */
const char *find_outcome_text(enum find_outcome outcome);

void find_log_free(struct find_log *log);

#endif
