/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes unwind tables off the sampling path: a thread that takes binaries in the order of need. */
#ifndef SAMPLER_LOADER_H
#define SAMPLER_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sampler/process.h"
#include "sampler/tables.h"

struct loader;

struct loader *loader_open(struct tables *tables, struct err *err);
void loader_close(struct loader *l);

/* Asks for the table of a backing, which has its number; `pid` and `mapping` say where the file can be reached. */
void loader_ask(struct loader *l, const struct backing *b, uint32_t pid, const struct mapping *mapping, bool urgent);

/* Waits until nothing urgent is left, or for so many ms. */
void loader_wait(struct loader *l, unsigned ms);

struct loader_counts {
	uint64_t unreadable; /* binaries that could not be opened, or were others than had been mapped */
	uint64_t without;    /* without unwind information */
	uint64_t skipped;    /* malformed descriptions of functions in all of them */
};

struct loader_counts loader_counts(struct loader *l);

#endif
