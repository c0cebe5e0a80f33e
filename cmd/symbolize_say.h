/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-symbolize says at its end. */
#ifndef CMD_SYMBOLIZE_SAY_H
#define CMD_SYMBOLIZE_SAY_H

#include <stdbool.h>

#include "sym/missing.h"
#include "sym/report.h"

struct say_options {
	bool quiet;   /* not what had no symbols */
	bool verbose; /* where each module's symbols came from */
};

/* Enters what was counted in the report's subjects. */
void say_add_up(struct report *report, const struct missing *missing);

/* On standard error, from what was counted. `trouble` is debuginfod's, or NULL. */
void say_report(const struct say_options *o, struct report *report, const struct missing *missing,
		const struct report_from *from, const char *trouble);

#endif
