/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fires the sampling programs: on which cpus, for which tasks. */
#ifndef SAMPLER_ATTACH_H
#define SAMPLER_ATTACH_H

#include <stdbool.h>

#include "base/err.h"
#include "sampler/events.h"
#include "sampler/links.h"

struct attach;
struct kernel;
struct sideband;

/* Opens perf's events, disabled, and attaches the programs to them and to the probes. cpus are the ones chosen, or all that are online. */
struct attach *attach_open(const struct sampler_config *config, const struct events *events, const struct int_list *cpus,
			   struct kernel *kernel, struct sideband *sideband, struct err *err);
void attach_close(struct attach *a);

int attach_enable(struct attach *a, struct err *err); /* a command's events wait for its exec */
void attach_disable(struct attach *a); /* none of perf's events fires after it returns; probes do, until attach_close() */
uint64_t attach_refused(const struct attach *a, struct err *why); /* links_refused() */
void attach_missed(const struct attach *a, links_miss *miss, void *context); /* links_missed() */
bool attach_targets_gone(const struct attach *a);

#endif
