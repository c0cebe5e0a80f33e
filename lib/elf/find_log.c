// SPDX-License-Identifier: GPL-2.0-or-later
/* What was tried to find a module's files. */
#include "elf/find_log.h"

#include <stdlib.h>

#include "base/alloc.h"

void
find_log_add(struct find_log *log, const char *source, bool debug, enum find_outcome outcome, const char *path,
	     const char *reason)
{
	GROW(log->all, log->n, log->cap);
	log->all[log->n++] = (struct find_attempt){
		.source = source,
		.debug = debug,
		.outcome = outcome,
		.path = xstrdup(path),
		.reason = reason && *reason ? xstrdup(reason) : NULL,
	};
}

const struct find_attempt *
find_log_refusal(const struct find_log *log, size_t from)
{
	for (size_t i = from; i < log->n; i++)
		switch (log->all[i].outcome) {
		case FIND_OTHER:
		case FIND_UNREADABLE:
		case FIND_NOT_USED:
			return &log->all[i];
		case FIND_USED:
		case FIND_ABSENT:
		case FIND_NO_SYMBOLS:
		case FIND_NO_ANSWER:
			break;
		}
	return NULL;
}

const char *
find_outcome_text(enum find_outcome outcome)
{
	static const char *const texts[] = {
		[FIND_USED] = "used",
		[FIND_ABSENT] = "not there",
		[FIND_OTHER] = "another file",
		[FIND_UNREADABLE] = "not readable",
		[FIND_NO_SYMBOLS] = "has no symbols",
		[FIND_NOT_USED] = "not used",
		[FIND_NO_ANSWER] = "no answer",
	};

	return texts[outcome];
}

void
find_log_free(struct find_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		free(log->all[i].path);
		free(log->all[i].reason);
	}
	free(log->all);
	*log = (struct find_log){0};
}
