/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One Java virtual machine's code heaps and their tables, read by the loader's thread. Private to lib/sampler. */
#ifndef SAMPLER_JVM_H
#define SAMPLER_JVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sampler/layout.h"
#include "sampler/process.h"
#include "sampler/tables.h"
#include "unwind/hotspot.h"

enum jvm_state {
	JVM_UNREAD,
	JVM_READ,
	JVM_FOREIGN, /* it cannot be read */
};

struct jvm {
	struct tables *tables;
	pid_t pid;
	struct memory memory;
	struct mapping libjvm; /* its code */
	struct hotspot *hotspot; /* NULL until state is JVM_READ */
	enum jvm_state state;
	struct layout_region regions[HOTSPOT_HEAPS_MAX];
	size_t n;
	bool wanted[HOTSPOT_HEAPS_MAX];	  /* what jvm_read() is to do: look for new code, */
	bool thorough[HOTSPOT_HEAPS_MAX]; /* and at all there was */
	bool unplaced[HOTSPOT_HEAPS_MAX]; /* the kernel's table is not the last one that was made */
	bool found[HOTSPOT_HEAPS_MAX];	  /* what it has done: there was something new */
};

/* For the loader's thread. */
void jvm_read(struct jvm *v);

void jvm_close(struct jvm *v); /* gives its tables back */

#endif
