/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in independent pieces, done by as many threads as there are cpus to run on.
 *
 *	struct scratch scratch[PARALLEL_MAX] = {0};
 *
 *	parallel(n, work, &context);	// work(&context, i, worker) for each i < n
 *
 * No two pieces are worked on with the same `worker` at a time, so that what a worker needs can be kept by its number. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

enum { PARALLEL_MAX = 16 }; /* workers */

typedef void parallel_work(void *context, size_t i, unsigned worker);

/* Returns when all is done. The pieces are begun in order; with fewer threads than hoped for it only takes longer. Signals go to
 * the threads that were there before. */
void parallel(size_t n, parallel_work *work, void *context);

#endif
