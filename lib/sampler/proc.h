/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories of /proc that are named by process or thread ids. */
#ifndef SAMPLER_PROC_H
#define SAMPLER_PROC_H

#include <stdint.h>

#include "base/parse.h"

/* Append the ids that the directory holds; nothing when it is gone. */
void proc_processes(struct int_list *pids);
void proc_threads(uint32_t pid, struct int_list *tids);

#endif
