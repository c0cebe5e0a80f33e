/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns of thread names as the sampling programs match them. */
#ifndef SAMPLER_COMM_H
#define SAMPLER_COMM_H

#include "base/err.h"
#include "bpf/sample.h"

/* "make,cc*,[a-c]?": a name is meant when one of them matches it as a whole, as in a shell. A backslash takes its special
 * meaning from what follows. Together they may have 64 places: characters, and the end of each. */
int comm_patterns(const char *patterns, struct comm_patterns *out, struct err *err);

#endif
