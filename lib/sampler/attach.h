/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The perf events that fire the sampling program: which tasks and which cpus. */
#ifndef SAMPLER_ATTACH_H
#define SAMPLER_ATTACH_H

#include <stdbool.h>

#include "base/err.h"
#include "sampler/sampler.h"

struct attach;
struct kernel;
struct sideband;

/* Opens the events, disabled, and attaches the program. cpus are the ones chosen, or all that are online. */
struct attach *attach_open(const struct sampler_config *config, const char *event, const struct int_list *cpus,
			   struct kernel *kernel, struct sideband *sideband, struct err *err);
void attach_close(struct attach *a);

int attach_enable(struct attach *a, struct err *err); /* a command's events wait for its exec */
void attach_disable(struct attach *a); /* no event fires after it returns */
bool attach_targets_gone(const struct attach *a);

#endif
