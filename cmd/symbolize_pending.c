// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-symbolize has asked its worker, and the answers on their way into the stream. */
#include "cmd/symbolize_pending.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/output.h"

struct asked {
	uint32_t *frames;     /* owned */
	struct answer *answer; /* not written yet; owned; NULL */
	bool answered, done;
};

static struct asked *
new_asked(struct pending *p, uint32_t *frames)
{
	GROW(p->asked, p->n, p->cap);
	p->asked[p->n] = (struct asked){.frames = frames};
	return &p->asked[p->n++];
}

void
pending_ask(struct pending *p, uint32_t *frames, struct lookup *lookups, size_t n, const struct file_facts *facts,
	    bool early)
{
	struct question *q = xcalloc(1, sizeof(*q));

	*q = (struct question){.number = (uint32_t)p->n, .facts = *facts, .lookups = lookups, .n = n, .early = early};
	new_asked(p, frames);
	p->open++;
	p->unanswered++;
	worker_ask(p->worker, q);
}

void
pending_put(struct pending *p, uint32_t *frames, const struct lookup *lookups, size_t n)
{
	struct asked *asked = new_asked(p, frames);

	asked->answer = answer_from(lookups, n);
	asked->answered = asked->done = true;
}

static void
take_answer(struct pending *p, struct answer *a)
{
	struct asked *asked = &p->asked[a->question];

	p->unanswered -= !asked->answered;
	p->open -= a->last;
	asked->answered = true;
	asked->done = a->last;
	if (!a->has_news) {
		answer_free(a);
		return;
	}
	if (asked->answer)
		answer_free(asked->answer);
	asked->answer = a;
}

bool
pending_wait(struct pending *p, enum pending_what what, uint64_t until)
{
	int fd = worker_fd(p->worker);
	uint64_t now;

	for (;;) {
		for (struct answer *a = worker_answers(p->worker), *next; a; a = next) {
			next = a->next;
			take_answer(p, a);
		}
		if (!(what == PENDING_FIRST ? p->unanswered : p->open))
			return true;
		now = monotonic_ns();
		if (now >= until)
			return false;
		wait_for_inputs(&fd, 1, until == UINT64_MAX ? -1 : (int)((until - now) / 1000000) + 1);
	}
}

bool
pending_write(struct pending *p)
{
	bool all = true;

	for (size_t i = p->written; i < p->n; i++) {
		struct asked *asked = &p->asked[i];
		struct answer *a = asked->answer;
		size_t at = 0;

		for (size_t j = 0; a && j < a->n; at += a->lengths[j++])
			names_write(p->names, asked->frames[j], a->chains + at, a->lengths[j]);
		if (a)
			answer_free(a);
		asked->answer = NULL;
		all = all && asked->done;
		if (all)
			p->written = i + 1;
	}
	return writer_cut(p->names->out);
}

void
pending_clear(struct pending *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->asked[i].frames);
	p->n = p->written = 0;
}
