/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the finders of probes in files have in common. */
#ifndef SAMPLER_PROBE_PARTS_H
#define SAMPLER_PROBE_PARTS_H

#include <stddef.h>

#include "sampler/probe.h"

/* The text of a probe's name, owned by the caller. Files choose their names, and may choose control characters. */
char *probe_text(struct buf *name);

/* Puts the probes from the nth on in the order of their names and places, each place once. */
void probes_in_order(struct probes *all, size_t n);

#endif
