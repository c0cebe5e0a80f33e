// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-symbolize's fetcher. */
#include "cmd/symbolize_fetch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/intern.h"
#include "base/msg.h"
#include "elf/debuginfod.h"

#define OFTEN 200000000 /* ns between two lines of progress */

enum { NAME_SHOWN = 40 };

struct wish {
	uint32_t module;
	bool debug;
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	char *name; /* owned */
};

struct outcome {
	char *path, *reason; /* owned */
};

struct fetch {
	uint64_t patience;
	bool progress;
	void (*came)(void *to, const struct fetched *);
	void *to;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct wish *wishes; /* owned; those before `done` have been answered */
	size_t n, cap, done;
	bool closing;

	/* The thread's own. */
	struct intern known; /* kind and build-id */
	struct outcome *outcomes;
	size_t n_outcomes, cap_outcomes;
	struct err trouble;
	const char *name; /* of the file on its way */
	uint64_t shown;	  /* when progress was last */
};

/* ---- progress ---- */

/* The end of a path, for a terminal. */
static char *
short_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = xstrndup(slash ? slash + 1 : path, NAME_SHOWN);

	for (char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return name;
}

static void
show(void *to, uint64_t have, uint64_t size)
{
	struct fetch *f = to;
	uint64_t now = monotonic_ns();

	if (!f->progress || now - f->shown < OFTEN)
		return;
	f->shown = now;
	fprintf(stderr, "\r%s: debuginfod: %s", prog_name, f->name);
	if (size)
		fprintf(stderr, ": %.1f of %.1f MB", (double)have / 1e6, (double)size / 1e6);
	fputs("\033[K", stderr);
	fflush(stderr);
}

static void
show_end(struct fetch *f)
{
	if (f->shown)
		fputs("\r\033[K", stderr);
	f->shown = 0;
}

/* ---- asking ---- */

static struct outcome
ask(struct fetch *f, const struct wish *w)
{
	struct debuginfod_request r = {.debug = w->debug, .id = w->id, .id_len = w->id_len, .patience = f->patience,
				       .progress = show, .to = f};
	enum debuginfod_result result;
	struct outcome o = {0};
	struct buf path = {0};
	struct err err = {0};

	f->name = w->name;
	result = debuginfod_find(&r, &path, &err);
	show_end(f);
	switch (result) {
	case DEBUGINFOD_FOUND:
		o.path = xstrndup(path.data, path.len);
		break;
	case DEBUGINFOD_ABSENT:
		break;
	case DEBUGINFOD_NO_PROGRAM:
		err_set(&err, "there is no debuginfod-find: install the package debuginfod");
		/* fall through */
	case DEBUGINFOD_TROUBLE:
		f->trouble = err;
		o.reason = xstrdup(err.text);
		break;
	}
	buf_free(&path);
	return o;
}

/* Once for each file. */
static void
answer(struct fetch *f, const struct wish *w)
{
	uint8_t key[1 + BUILD_ID_MAX] = {w->debug};
	struct fetched result = {.module = w->module, .debug = w->debug};
	uint32_t id;

	memcpy(key + 1, w->id, w->id_len);
	id = intern_find(&f->known, (const char *)key, 1 + w->id_len);
	if (id == INTERN_NONE && f->trouble.text[0]) {
		result.reason = "not asked for: debuginfod was in trouble before";
	} else {
		if (id == INTERN_NONE) {
			struct outcome o = ask(f, w);

			id = intern(&f->known, (const char *)key, 1 + w->id_len);
			GROW(f->outcomes, f->n_outcomes, f->cap_outcomes);
			f->outcomes[f->n_outcomes++] = o;
		}
		result.path = f->outcomes[id].path;
		result.reason = f->outcomes[id].reason;
	}
	f->came(f->to, &result);
}

static void *
run(void *arg)
{
	struct fetch *f = arg;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		struct wish w;

		while (f->done == f->n && !f->closing)
			pthread_cond_wait(&f->news, &f->lock);
		if (f->done == f->n)
			break;
		w = f->wishes[f->done++];
		pthread_mutex_unlock(&f->lock);
		answer(f, &w);
		free(w.name);
		pthread_mutex_lock(&f->lock);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

struct fetch *
fetch_open(uint64_t patience, bool progress, void (*came)(void *to, const struct fetched *), void *to)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->patience = patience;
	f->progress = progress;
	f->came = came;
	f->to = to;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->news, NULL);
	if (pthread_create(&f->thread, NULL, run, f))
		die("a thread:");
	return f;
}

void
fetch_ask(struct fetch *f, uint32_t module, const struct file_wish *wish, const char *name)
{
	struct wish w = {.module = module, .debug = wish->debug, .id_len = wish->id_len, .name = short_name(name)};

	memcpy(w.id, wish->id, wish->id_len);
	pthread_mutex_lock(&f->lock);
	GROW(f->wishes, f->n, f->cap);
	f->wishes[f->n++] = w;
	pthread_cond_signal(&f->news);
	pthread_mutex_unlock(&f->lock);
}

const char *
fetch_trouble(const struct fetch *f)
{
	return f->trouble.text[0] ? f->trouble.text : NULL;
}

void
fetch_close(struct fetch *f)
{
	pthread_mutex_lock(&f->lock);
	f->closing = true;
	pthread_cond_signal(&f->news);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->news);
	for (size_t i = 0; i < f->n_outcomes; i++) {
		free(f->outcomes[i].path);
		free(f->outcomes[i].reason);
	}
	free(f->outcomes);
	free(f->wishes);
	intern_free(&f->known);
	free(f);
}
