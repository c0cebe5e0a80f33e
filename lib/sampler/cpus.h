/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cpus there are. */
#ifndef SAMPLER_CPUS_H
#define SAMPLER_CPUS_H

#include "base/err.h"
#include "base/parse.h"

int cpus_online(struct int_list *cpus, struct err *err);
int cpus_check(const struct int_list *wanted, const struct int_list *online, struct err *err);

#endif
