/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables for code that is made at run time, in the processes that tell where it is: Java's, for now.
 *
 * A process that has mapped libjvm.so is known from then on, but nothing in it is read before a walk has come to code of its
 * that has no row. Its code heaps get tables then, which are made anew when a walk misses a row again, and looked through
 * once a second as long as walks use them. The reading is the loader's; it takes a tenth of its time at the most. */
#ifndef SAMPLER_JIT_H
#define SAMPLER_JIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampler/layout.h"
#include "sampler/loader.h"
#include "sampler/process.h"
#include "sampler/tables.h"

struct jit;

struct jit *jit_open(struct tables *tables, struct loader *loader);
void jit_close(struct jit *j); /* the loader has been closed */

/* Looks at a process whose mappings are new. Returns how many regions it has, all of *regions, until the next call for the
 * process; they are to be placed with its mappings. */
size_t jit_regions(struct jit *j, const struct process *p, const struct layout_region **regions);

void jit_gone(struct jit *j, uint32_t pid);

/* Has read what walks have missed. Often: it looks at some words of each process. */
void jit_follow(struct jit *j);

/* Takes a process out of those that have other regions now. False: there is none left. */
bool jit_found(struct jit *j, uint32_t *pid);

#endif
