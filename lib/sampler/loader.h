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

/* Asks for the table of a mapping's backing, which has its number; `pid` has mapped it, or is 0. */
void loader_ask(struct loader *l, const struct mapping *m, uint32_t pid, bool urgent);

/* Waits until nothing urgent is left, or for so many ms. */
void loader_wait(struct loader *l, unsigned ms);

uint64_t loader_unreadable(struct loader *l); /* binaries that could not be opened, or were others than had been mapped */

#endif
