// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-symbolize says at its end. */
#include "cmd/symbolize_say.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"

enum { REPORTED = 10 };

static void
warn_lines(struct buf *lines)
{
	for (char *line = buf_cstr(lines), *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = 0;
		warn("%s", line);
	}
	buf_free(lines);
}

void
say_add_up(struct report *report, const struct missing *missing)
{
	uint64_t *sums = xcalloc(report->n + 1, sizeof(*sums));

	missing_sum(missing, sums);
	for (size_t i = 0; i < report->n; i++)
		report->subjects[i].samples = sums[i];
	free(sums);
}

void
say_report(const struct say_options *o, struct report *report, const struct missing *missing,
	   const struct report_from *from, const char *trouble)
{
	struct buf lines = {0};

	if (trouble && !o->quiet)
		warn("debuginfod: %s", trouble);
	if (o->verbose)
		report_sources(report, from, &lines);
	say_add_up(report, missing);
	if (!o->quiet)
		report_missing(report, from, REPORTED, &lines);
	warn_lines(&lines);
}
