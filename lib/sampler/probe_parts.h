/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the finders of probes have in common. */
#ifndef SAMPLER_PROBE_PARTS_H
#define SAMPLER_PROBE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampler/probe.h"

/* What stands before the colon: "kprobe". NULL: nothing, as before the names of perf's events. */
const char *probe_prefix(enum probe_kind kind);

/* Whether fnmatch(3) has something to do. */
bool is_pattern(const char *text);

/* Says that "uprobe:libc:*" has n matches among these `things`, more than --max-probes allows, and returns -1. */
int probe_too_many(struct err *err, enum probe_kind kind, const char *text, uint64_t n, const char *things, uint64_t max);

/* The text of a probe's name, owned by the caller. Files choose their names, and may choose control characters. */
char *probe_text(struct buf *name);

/* Puts the probes from the nth on in the order of their names and places, each place once. */
void probes_in_order(struct probes *all, size_t n);

#endif
