// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-symbolize's worker. */
#include "cmd/symbolize_worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "cmd/symbolize_fetch.h"

/* What the fetcher has brought. */
struct delivery {
	struct delivery *next;
	struct fetched what; /* path and reason live as long as the fetcher */
};

/* What waits for a file that is being fetched, by the symbolizer's module. */
struct waiting {
	bool fetching;
	struct question *first;
};

struct worker {
	struct worker_options options;
	struct symbolizer *symbolizer;
	struct fetch *fetch; /* NULL: nothing is fetched */
	struct waiting *waiting; /* the thread's own */
	size_t n_waiting, cap_waiting;
	struct question *later, **later_end; /* to be looked up in debug information; the thread's own */

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct question *questions, **questions_end;
	struct delivery *deliveries, **deliveries_end;
	struct answer *answers, **answers_end;
	size_t open; /* questions without their last answer */
	bool closing;
	int fd;
	char *trouble;
};

/* ---- answers ---- */

void
answer_free(struct answer *a)
{
	free(a->lengths);
	free(a->chains);
	free(a);
}

static void
give(struct worker *w, struct answer *a)
{
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	*w->answers_end = a;
	w->answers_end = &a->next;
	w->open -= a->last;
	pthread_mutex_unlock(&w->lock);
	while (write(w->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

struct answer *
answer_from(const struct lookup *lookups, size_t n)
{
	struct answer *a = xcalloc(1, sizeof(*a));
	size_t total = 0, at = 0;

	*a = (struct answer){.has_news = true, .n = n};
	for (size_t i = 0; i < n; i++)
		total += lookups[i].n;
	a->lengths = xreallocarray(NULL, n + 1, sizeof(*a->lengths));
	a->chains = xreallocarray(NULL, total + 1, sizeof(*a->chains));
	for (size_t i = 0; i < n; at += lookups[i++].n) {
		a->lengths[i] = lookups[i].n;
		if (lookups[i].n)
			memcpy(a->chains + at, lookups[i].chain, lookups[i].n * sizeof(*a->chains));
	}
	return a;
}

/* Answers with the chains that its look-ups have now, or that the last answer still holds. */
static void
reply(struct worker *w, const struct question *q, bool has_news, bool last)
{
	struct answer *a = has_news ? answer_from(q->lookups, q->n) : xcalloc(1, sizeof(*a));

	a->question = q->number;
	a->last = last;
	give(w, a);
}

static void
question_free(struct question *q)
{
	free((char *)q->facts.path);
	free((uint8_t *)q->facts.id);
	free(q->lookups);
	free(q);
}

/* ---- the thread ---- */

static struct waiting *
waiting_for(struct worker *w, uint32_t module)
{
	while (w->n_waiting <= module) {
		GROW(w->waiting, w->n_waiting, w->cap_waiting);
		w->waiting[w->n_waiting++] = (struct waiting){0};
	}
	return &w->waiting[module];
}

/* Whether something for the module is on its way. */
static bool
fetching(struct worker *w, uint32_t module)
{
	struct waiting *waiting = waiting_for(w, module);
	struct file_wish wish;
	struct symbol_source source;

	if (w->fetch && !waiting->fetching && symbolizer_wants(w->symbolizer, module, &wish)) {
		symbolizer_source(w->symbolizer, module, &source);
		fetch_ask(w->fetch, module, &wish, source.path);
		waiting->fetching = true;
	}
	return waiting->fetching;
}

/* Looks up all that can be known now. */
static void
take_deep(struct worker *w, struct question *q)
{
	uint32_t module = symbolizer_file(w->symbolizer, &q->facts);
	struct waiting *waiting;

	symbolize(w->symbolizer, module, q->lookups, q->n, SYMBOLIZE_ALL);
	if (!fetching(w, module)) {
		reply(w, q, true, true);
		question_free(q);
		return;
	}
	if (q->early)
		reply(w, q, true, false);
	waiting = waiting_for(w, module);
	q->next = waiting->first;
	waiting->first = q;
}

/* Where there is debug information and somebody cannot wait for it, it is looked up when there is nothing else to do. */
static void
take_question(struct worker *w, struct question *q)
{
	uint32_t module = symbolizer_file(w->symbolizer, &q->facts);

	if (q->early)
		symbolize(w->symbolizer, module, q->lookups, q->n, SYMBOLIZE_TABLES);
	if (!q->early || !symbolizer_is_deep(w->symbolizer, module)) {
		take_deep(w, q);
		return;
	}
	reply(w, q, true, false);
	q->next = NULL;
	*w->later_end = q;
	w->later_end = &q->next;
}

/* What was fetched may give other answers to what was asked before. */
static void
take_delivery(struct worker *w, const struct fetched *f)
{
	bool news = symbolizer_take(w->symbolizer, f->module, f->debug, "debuginfod", f->path, f->reason);
	struct question *q, *next;

	waiting_for(w, f->module)->fetching = false;
	if (!news && fetching(w, f->module))
		return;
	q = waiting_for(w, f->module)->first;
	waiting_for(w, f->module)->first = NULL;
	for (; q; q = next) {
		next = q->next;
		if (news || !q->early) {
			take_question(w, q);
			continue;
		}
		reply(w, q, false, true);
		question_free(q);
	}
}

/* The fetcher's thread calls it. */
static void
came(void *to, const struct fetched *f)
{
	struct worker *w = to;
	struct delivery *d = xcalloc(1, sizeof(*d));

	d->what = *f;
	pthread_mutex_lock(&w->lock);
	*w->deliveries_end = d;
	w->deliveries_end = &d->next;
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
}

static struct question *
take_first(struct question **first, struct question ***end)
{
	struct question *q = *first;

	*first = q->next;
	if (!*first)
		*end = first;
	return q;
}

/* Waits for either; false: there will be none any more, or something is left for later. */
static bool
next_job(struct worker *w, struct question **q, struct delivery **d)
{
	pthread_mutex_lock(&w->lock);
	while (!w->questions && !w->deliveries && !w->later && !(w->closing && !w->open))
		pthread_cond_wait(&w->news, &w->lock);
	*d = w->deliveries;
	*q = *d || !w->questions ? NULL : take_first(&w->questions, &w->questions_end);
	if (*d) {
		w->deliveries = (*d)->next;
		w->deliveries_end = w->deliveries ? w->deliveries_end : &w->deliveries;
	}
	pthread_mutex_unlock(&w->lock);
	return *d || *q;
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	struct question *q;
	struct delivery *d;

	while (next_job(w, &q, &d) || w->later) {
		if (d)
			take_delivery(w, &d->what);
		else if (q)
			take_question(w, q);
		else
			take_deep(w, take_first(&w->later, &w->later_end));
		free(d);
	}
	return NULL;
}

/* ---- the asker's side ---- */

struct worker *
worker_open(const struct worker_options *o)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	w->options = *o;
	w->symbolizer = symbolizer_open(&o->symbolizer);
	w->questions_end = &w->questions;
	w->later_end = &w->later;
	w->deliveries_end = &w->deliveries;
	w->answers_end = &w->answers;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->news, NULL);
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0)
		die("eventfd:");
	if (o->fetch)
		w->fetch = fetch_open(o->patience, o->progress, came, w);
	if (pthread_create(&w->thread, NULL, run, w))
		die("a thread:");
	return w;
}

void
worker_ask(struct worker *w, struct question *q)
{
	q->next = NULL;
	pthread_mutex_lock(&w->lock);
	*w->questions_end = q;
	w->questions_end = &q->next;
	w->open++;
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
}

struct answer *
worker_answers(struct worker *w)
{
	struct answer *all;
	uint64_t count;

	if (read(w->fd, &count, sizeof(count)) < 0)
		return NULL; /* nothing was written since */
	pthread_mutex_lock(&w->lock);
	all = w->answers;
	w->answers = NULL;
	w->answers_end = &w->answers;
	pthread_mutex_unlock(&w->lock);
	return all;
}

int
worker_fd(const struct worker *w)
{
	return w->fd;
}

void
worker_end(struct worker *w)
{
	const char *trouble;

	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	trouble = w->fetch ? fetch_trouble(w->fetch) : NULL;
	w->trouble = trouble ? xstrdup(trouble) : NULL;
	if (w->fetch)
		fetch_close(w->fetch);
	w->fetch = NULL;
}

struct symbolizer *
worker_symbolizer(struct worker *w)
{
	return w->symbolizer;
}

const char *
worker_trouble(const struct worker *w)
{
	return w->trouble;
}
