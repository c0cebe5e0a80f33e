/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables for code that is made at run time, in the processes that tell where it is: Java's, for now.
 *
 * A process that has mapped libjvm.so is known from then on, but nothing in it is read before a walk has come to code of its
 * that has no row. A thread, which begins with the first of these processes, finds its code heaps then, makes their tables
 * and keeps these up to date: it looks every half millisecond while methods are being compiled, less and less often when
 * they are not, and not at all while no walk comes there. What follows the first look takes a tenth of one cpu's time at the
 * most, for each process and in the long run. */
#ifndef SAMPLER_JIT_H
#define SAMPLER_JIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sampler/layout.h"
#include "sampler/process.h"
#include "sampler/tables.h"

struct jit;

/* Never NULL. The tables must outlive it. */
struct jit *jit_open(struct tables *tables);
void jit_close(struct jit *j);

/* Looks at a process whose mappings are new. Returns how many regions it has, all of *regions, until the next call for the
 * process; they are to be placed with its mappings. */
size_t jit_regions(struct jit *j, const struct process *p, const struct layout_region **regions);

void jit_expect(struct jit *j, uint32_t pid); /* it will be sampled: its heaps are not to wait for the first walk */
void jit_wait(struct jit *j, unsigned ms);    /* until those are read, or for so long */
void jit_gone(struct jit *j, uint32_t pid);

/* Takes a process out of those that are gone. Its tables are given back soon: no space is to have its regions any more. False:
 * there is none left. */
bool jit_ended(struct jit *j, uint32_t *pid);

/* Has read what walks have missed. Often: it looks at some words for each process. */
void jit_follow(struct jit *j);

/* Takes a process out of those that have other regions now. False: there is none left. *map is a descriptor of memory in which it
 * is told what the process's code is called, as in a perf map that grows, the caller's to close; -1: there is none. */
bool jit_found(struct jit *j, uint32_t *pid, int *map);

/* How many processes could not be read, and why the last one: in *why, when there is one. */
uint64_t jit_unreadable(struct jit *j, struct err *why);

#endif
