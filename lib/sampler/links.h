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

/* How often, since the last call, the kernel did not start a program of a kprobe: for each link of which there is something to
 * tell, and its event, or one of them. */
typedef void links_miss(void *context, uint32_t event, bool is_return, uint64_t count);
void links_missed(struct links *l, links_miss *miss, void *context); /* miss may be NULL */
void links_close(struct links *l); /* NULL is allowed. The kernel detaches them by itself when we end, however we do. */

/* How many matches of patterns could not be attached, and what was wrong with the first of them. */
uint64_t links_refused(const struct links *l, struct err *why);

#endif
