/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-symbolize's fetcher: a thread that asks debuginfod servers for one file after the other, so that nothing else waits for
 * them. What came of a file is remembered for the run. A server that is in trouble is not asked again. */
#ifndef CMD_SYMBOLIZE_FETCH_H
#define CMD_SYMBOLIZE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "sym/symbolize.h"

struct fetch;

/* What came of a wish. */
struct fetched {
	uint32_t module;
	bool debug;
	const char *path;   /* NULL: nothing */
	const char *reason; /* why; NULL: no server has it */
};

/* `came` is called by the thread for each wish, once. `patience` is in ns, as debuginfod_request has it; `progress`: on
 * standard error. */
struct fetch *fetch_open(uint64_t patience, bool progress, void (*came)(void *to, const struct fetched *), void *to);

/* The wish's build-id is copied; `name` is for the progress, and is copied. */
void fetch_ask(struct fetch *f, uint32_t module, const struct file_wish *wish, const char *name);

/* When all wishes have been answered: what was wrong, to be told once; NULL: nothing. Lives until fetch_close(). */
const char *fetch_trouble(const struct fetch *f);

void fetch_close(struct fetch *f);

#endif
