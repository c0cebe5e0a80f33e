/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-symbolize --explain: what was tried for some modules, instead of a stream. */
#ifndef CMD_SYMBOLIZE_EXPLAIN_H
#define CMD_SYMBOLIZE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/symbolize_worker.h"
#include "sym/missing.h"
#include "sym/report.h"

/* Whether a module is meant: by its path, by its last component, or by a pattern for either. */
bool explain_is(const char *pattern, const char *path, size_t len);

/* Looks for the files of a module that no stream tells of: of the file at that path, as it is here. */
void explain_alone(struct worker *w, struct report *r, const char *path);

/* Writes all about the modules that are asked about to standard output. False: there is none. */
bool explain_say(struct report *r, const struct missing *missing, const struct report_from *from,
		 const struct find_places *places);

#endif
