/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the finders of probes in files have in common. */
#ifndef SAMPLER_PROBE_PARTS_H
#define SAMPLER_PROBE_PARTS_H

#include <stddef.h>

#include "sampler/probe.h"

/* Puts the probes from the nth on in the order of their names and places, each place once. */
void probes_in_order(struct probes *all, size_t n);

#endif
