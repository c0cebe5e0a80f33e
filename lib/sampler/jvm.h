/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One Java virtual machine's code heaps and their tables. One thread at a time works on it. Private to lib/sampler. */
#ifndef SAMPLER_JVM_H
#define SAMPLER_JVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sampler/layout.h"
#include "sampler/process.h"
#include "sampler/tables.h"
#include "unwind/hotspot.h"

struct jvm {
	struct tables *tables;
	pid_t pid;
	struct memory memory;
	struct mapping libjvm;	 /* its code */
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_len;
	const bool *stop;	 /* may be set meanwhile */
	struct err why;		 /* nothing was discovered */
	struct hotspot *hotspot; /* NULL until jvm_discover() has found it */
	struct layout_region regions[HOTSPOT_HEAPS_MAX]; /* the code heaps, ascending */
	size_t n;
	int map;		 /* memory that is written to as a perf map: what its code is called; owned; -1: there is none */
	size_t map_size;	 /* bytes in it */
	struct buf lines;	 /* to be written to it */
	uint64_t retry[HOTSPOT_HEAPS_MAX]; /* CLOCK_MONOTONIC ns; the kernel's table is not the last one. 0: it is */
};

/* Looks end early once *stop is set. */
struct jvm *jvm_open(struct tables *tables, uint32_t pid, const struct mapping *libjvm, const bool *stop);
void jvm_close(struct jvm *v); /* gives its tables back */

/* Finds the code heaps, which a machine that has only begun may not have. */
void jvm_discover(struct jvm *v);

/* Looks for code that is new, in all heaps, and keeps the tables up to date; `thorough`: and for places that hold something
 * else than before. Returns whether there was something. */
bool jvm_look(struct jvm *v, bool thorough);

bool jvm_is_wanted(const struct jvm *v); /* a walk has come to code without a row since this was asked last */
bool jvm_is_used(const struct jvm *v);	  /* walks came to its code lately */

#endif
