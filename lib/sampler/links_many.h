/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many probes by one link, where the kernel can: functions of the kernel since Linux 5.18 (with CONFIG_FPROBE), places in one
 * file since 6.6. Attaching, and above all detaching, one by one takes it some 10 ms each. */
#ifndef SAMPLER_LINKS_MANY_H
#define SAMPLER_LINKS_MANY_H

#include <stdbool.h>
#include <stddef.h>

#include "sampler/events.h"

struct kernel;

/* Whether programs for many places are worth loading. */
bool many_kprobes(const struct events *e);
bool many_uprobes(const struct events *e);

struct many_link {
	int fd;
	uint32_t event; /* one of its events */
};

/* Attaches what it can; done[i]: probe i is. What cannot be attached together is left to be attached alone, which tells
 * what is wrong with which. The links are added to `links`, which has room for as many as there are probes. */
void attach_many(const struct events *e, struct kernel *k, bool *done, struct many_link *links, size_t *n_links);

#endif
