/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of maps. */
#ifndef SAMPLER_MAPS_H
#define SAMPLER_MAPS_H

#include <stdint.h>

/* Puts maps in their places in a map of maps. Each update waits until no program can see the old one, some 10 ms; a batch
 * waits once. 0, or -1 with errno. */
int maps_place(int outer, const uint32_t *places, const int *maps, uint32_t n);

#endif
