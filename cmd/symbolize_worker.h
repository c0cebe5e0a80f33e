/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-symbolize's worker: a thread that opens files and looks names up in them, while the stream goes on. It has the
 * symbolizer to itself. What is asked and what is answered is handed over whole, so that neither side ever waits for the
 * other but where it says so. */
#ifndef CMD_SYMBOLIZE_WORKER_H
#define CMD_SYMBOLIZE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "sym/symbolize.h"

struct worker;

struct worker_options {
	struct symbolizer_options symbolizer;
	bool fetch;	   /* ask debuginfod servers for what is not here */
	uint64_t patience; /* with them, as fetch_open() has it */
	bool progress;
};

/* Places in one file. */
struct question {
	struct question *next; /* private */
	uint32_t number;       /* the asker's */
	struct file_facts facts; /* path and id: owned */
	struct lookup *lookups;	 /* owned */
	size_t n;
	bool early; /* answers that may become better are wanted, too */
};

/* The chains for a question's places, in its order. Texts live as long as the symbolizer. */
struct answer {
	struct answer *next; /* in a list */
	uint32_t question;
	bool last;     /* there will be no better one */
	bool has_news; /* false: the one before still holds, and the rest is empty */
	uint32_t *lengths; /* functions in each chain; owned */
	struct called *chains; /* one after the other; owned */
	size_t n;
};

struct worker *worker_open(const struct worker_options *o);

/* The question becomes the worker's. */
void worker_ask(struct worker *w, struct question *q);

/* The answers since the last call, as a list; each is to be freed by answer_free(). NULL: none. */
struct answer *worker_answers(struct worker *w);
void answer_free(struct answer *a);

/* An answer made of look-ups. */
struct answer *answer_from(const struct lookup *lookups, size_t n);

/* Can be read when there are answers. */
int worker_fd(const struct worker *w);

/* Ends the thread when it has given all answers. Then the symbolizer may be used by the caller, and what was wrong with
 * debuginfod is known; NULL: nothing. */
void worker_end(struct worker *w);
struct symbolizer *worker_symbolizer(struct worker *w);
const char *worker_trouble(const struct worker *w);

#endif
