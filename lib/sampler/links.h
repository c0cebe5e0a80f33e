/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches the sampling programs to probes: kprobes, uprobes, tracepoints, fentry. They fire from then on. */
#ifndef SAMPLER_LINKS_H
#define SAMPLER_LINKS_H

#include "base/err.h"
#include "sampler/events.h"

struct kernel;
struct links;

/* NULL with the reason in *err when one of them cannot be had. */
struct links *links_open(const struct events *events, struct kernel *kernel, struct err *err);
void links_close(struct links *l); /* NULL is allowed. The kernel detaches them by itself when we end, however we do. */

/* Whether kprobes are better attached all together, as the kernel can since Linux 5.18. */
bool links_are_many(const struct events *events);

#endif
