/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who makes pb-serve's documents ready, in threads of their own, and holds them within their share of the memory. Private to
 * pb-serve. */
#ifndef CMD_SERVE_CLERK_H
#define CMD_SERVE_CLERK_H

#include <pthread.h>

#include "cmd/serve_document.h"

enum { ORDERS_MAX = 8 }; /* documents at a time */

struct clerk {
	/* Takes from the profile what a document needs, as document_take() does. Called from the threads, as is done(), which
	 * is for when a document's state has changed. */
	bool (*take)(void *to, struct document *d);
	void (*done)(void *to);
	void *to;
	size_t most; /* bytes that all documents may take together */

	/* private */
	pthread_mutex_t lock; /* of what follows; held never long */
	pthread_cond_t changed;
	struct order *orders;
	unsigned threads;
	bool busy; /* a document that may be large is being made: one at a time */
};

void clerk_init(struct clerk *c);
void clerk_free(struct clerk *c); /* waits for the threads; all orders must have been given up */

/* Has a document made that was chosen. NULL: too many are there. */
struct order *clerk_order(struct clerk *c, const struct document *d);
enum order_state clerk_state(struct clerk *c, const struct order *o);
void clerk_give_up(struct clerk *c, struct order *o);

#endif
