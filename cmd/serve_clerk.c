// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes pb-serve's documents ready, so that who serves never waits for them. */
#include "cmd/serve_clerk.h"

#include <signal.h>
#include <stdlib.h>

#include "base/alloc.h"

struct order {
	struct order *next;
	struct clerk *clerk;
	struct document document;
	enum order_state state;
	size_t bytes; /* that it takes, once it is made */
	bool given_up;
};

void
clerk_init(struct clerk *c)
{
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
}

void
clerk_free(struct clerk *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->threads)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
}

/* With the lock held. */
static void
discard(struct clerk *c, struct order *o)
{
	struct order **p = &c->orders;

	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	document_free(&o->document);
	free(o);
}

/* Waits until nobody else makes a document, and finds out how large this one may be. Figures are small. */
static void
begin(struct clerk *c, struct order *o)
{
	size_t taken = 0;

	o->document.most = SIZE_MAX;
	if (o->document.which == FEED_STATS)
		return;
	pthread_mutex_lock(&c->lock);
	while (c->busy)
		pthread_cond_wait(&c->changed, &c->lock);
	c->busy = true;
	for (const struct order *other = c->orders; other; other = other->next)
		taken += other->bytes;
	o->document.most = c->most > taken ? c->most - taken : 0;
	pthread_mutex_unlock(&c->lock);
}

static void
finish(struct clerk *c, struct order *o, bool good)
{
	bool figures = o->document.which == FEED_STATS;

	if (!good)
		document_free(&o->document);
	pthread_mutex_lock(&c->lock);
	o->bytes = document_bytes(&o->document);
	o->state = good ? ORDER_READY : o->document.unknown ? ORDER_UNKNOWN : ORDER_TOO_LARGE;
	if (!figures)
		c->busy = false;
	if (o->given_up)
		discard(c, o);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static void *
make(void *arg)
{
	struct order *o = arg;
	struct clerk *c = o->clerk;

	begin(c, o);
	finish(c, o, c->take(c->to, &o->document) && document_prepare(&o->document));
	c->done(c->to);
	pthread_mutex_lock(&c->lock);
	c->threads--;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static bool
start(struct order *o)
{
	sigset_t all, before;
	pthread_t thread;
	bool failed;

	sigfillset(&all); /* signals are for the thread that serves */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, make, o);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		pthread_detach(thread);
	return !failed;
}

struct order *
clerk_order(struct clerk *c, const struct document *d)
{
	struct order *o = NULL;
	unsigned n = 0;

	pthread_mutex_lock(&c->lock);
	for (const struct order *other = c->orders; other; other = other->next)
		n++;
	if (n < ORDERS_MAX) {
		o = xcalloc(1, sizeof(*o));
		o->clerk = c;
		o->document = *d;
		if (start(o)) {
			o->next = c->orders;
			c->orders = o;
			c->threads++;
		} else {
			free(o);
			o = NULL;
		}
	}
	pthread_mutex_unlock(&c->lock);
	return o;
}

enum order_state
clerk_state(struct clerk *c, const struct order *o)
{
	enum order_state state;

	pthread_mutex_lock(&c->lock);
	state = o->state;
	pthread_mutex_unlock(&c->lock);
	return state;
}

bool
order_more(struct order *o, struct buf *out)
{
	return document_more(&o->document, out);
}

void
clerk_give_up(struct clerk *c, struct order *o)
{
	pthread_mutex_lock(&c->lock);
	o->given_up = true;
	atomic_store(&o->document.stop, true);
	if (o->state != ORDER_WAITS)
		discard(c, o);
	pthread_mutex_unlock(&c->lock);
}
