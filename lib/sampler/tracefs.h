/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's tracing files: where they are, and which tracepoints there are. */
#ifndef SAMPLER_TRACEFS_H
#define SAMPLER_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends what "events/sched/sched_switch/id" holds, and a NUL that is not counted. -1 with the reason. */
int tracefs_read(const char *file, struct buf *text, struct err *err);

struct tracepoints {
	char **names; /* "sched:sched_switch"; neighbours share a system */
	size_t n, cap;
};

/* All that programs can be attached to; valid until tracefs_forget(). NULL with the reason: what is to be mounted, or who
 * may read. */
const struct tracepoints *tracefs_tracepoints(struct err *err);

/* Whether a system has this name, or matches the pattern. False without tracefs. */
bool tracefs_has_system(const char *pattern);

void tracefs_forget(void); /* frees it all */

#endif
