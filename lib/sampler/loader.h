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

/* Other work for the thread, in its turn among what is urgent. give_up() is called in run()'s place or when it was cut off,
 * since a file that was being read became shorter. */
struct loader_work {
	void (*run)(void *context);
	void (*give_up)(void *context);
	void *context;
};
void loader_do(struct loader *l, const struct loader_work *work);

/* Waits until nothing urgent is left, or for so many ms. */
void loader_wait(struct loader *l, unsigned ms);

uint64_t loader_unreadable(struct loader *l); /* binaries that could not be opened, or were others than had been mapped */

#endif
