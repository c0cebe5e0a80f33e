/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the sampling program where the binaries are mapped in each process, as bpf/layout.h has it. */
#ifndef SAMPLER_LAYOUT_H
#define SAMPLER_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sampler/process.h"

struct sample_bpf;
struct layout;

struct layout *layout_open(void);
void layout_close(struct layout *l);

/* Before and after the program is loaded. `n` processes are expected. */
int layout_configure(struct layout *l, struct sample_bpf *skel, size_t n, struct err *err);
int layout_bind(struct layout *l, struct sample_bpf *skel, struct err *err);

/* A part of the address space whose anonymous code has a table: by offsets from its start. */
struct layout_region {
	uint64_t start, end;
	uint32_t table;
};

/* Places the mappings of a process; backings must have the numbers of their tables. The regions, ascending, count for spaces
 * that were not placed before. */
void layout_put(struct layout *l, uint32_t pid, struct space *space, const struct layout_region *regions, size_t n);
void layout_drop(struct layout *l, uint32_t pid);
bool layout_follows(const struct layout *l); /* the program sees forks and ends by itself */

/* To be called on every tick: takes back what spaces that are gone had. */
void layout_age(struct layout *l, struct backings *backings);

uint64_t layout_refused(const struct layout *l); /* times that there was no room for a process */

#endif
