/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of unwind tables: maps of SLAB_CHUNKS chunks each, made as they are needed and all in a row in our address
 * space. Several threads may need more. */
#ifndef SAMPLER_SLABS_H
#define SAMPLER_SLABS_H

#include <stdint.h>

#include "base/err.h"
#include "bpf/layout.h"
#include "bpf/unwind.h"

enum { SLAB_BYTES = SLAB_CHUNKS * UNWIND_CHUNK };

struct slabs;

/* `max` is the most there will be; the first one is made. NULL with the reason in *err. */
struct slabs *slabs_open(uint32_t max, struct err *err);
void slabs_close(struct slabs *s);

int slabs_model(const struct slabs *s); /* the first one's file descriptor */

/* The map of maps that they go to, once the program is loaded. 0; -1 with the reason in *err. */
int slabs_bind(struct slabs *s, int outer, struct err *err);

/* Makes slabs up to a number or the most there can be. It takes some 10 ms, and much more on a busy machine, unless they are
 * there. 0; -1 with the reason in *err. */
int slabs_need(struct slabs *s, uint32_t n, struct err *err);

/* Waits until no run of the program goes on that began before: some 10 ms. */
void slabs_settle(struct slabs *s);

uint8_t *slabs_chunk(const struct slabs *s, uint32_t chunk); /* one that is there, and those behind it */

#endif
