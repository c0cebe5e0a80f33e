/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of kernel.h share. Private to them. */
#ifndef SAMPLER_KERNEL_PARTS_H
#define SAMPLER_KERNEL_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "sampler/kernel.h"

enum { KERNEL_BATCH = 1024 }; /* entries of a map that are read at a time */

struct kernel {
	struct sample_bpf *skel;
	int counts[2];
	int *rings;
	size_t n_rings;
	unsigned cpus;
	struct ring_buffer *reader;
	kernel_message *message;
	void *context;
	struct sample_stats *zero; /* per possible cpu */
	uint32_t n_events;
	uint64_t missed; /* firings that the kernel kept from the programs, as of the last window */
};

/* On return what programs had begun they have done. -1, and errno. */
int kernel_wait_for_programs(struct kernel *k);

#endif
