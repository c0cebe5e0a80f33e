/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups by path. */
#ifndef SAMPLER_CGROUP_H
#define SAMPLER_CGROUP_H

#include <stdint.h>

#include "base/err.h"

/* Puts a cgroup (of version 2) into a map of them: a directory, or its path below where cgroups are mounted
 * ("/system.slice/x.service"). */
int cgroup_put(int map, uint32_t at, const char *path, struct err *err);

#endif
