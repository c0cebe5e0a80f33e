// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's profile and history, entering what was read and making room. */
#include "cmd/serve_store.h"

#include "cmd/serve_message.h"
#include "cmd/serve_renew.h"

enum {
	SPANS_MAX = 4096,   /* windows, of which eight ninths are an hour of seconds */
	COARSE_MIN = 64,    /* merged windows, or an eighth of those that are not if that is more */
	NODES_SHARE = 1024, /* of the memory, in bytes: one node may be added before it is looked at again */
};

void
store_init(struct store *s, const struct segment *g, uint64_t memory, uint64_t window_ns)
{
	*s = (struct store){.memory = memory, .window_ns = window_ns};
	profile_init(&s->profile);
	s->history.ends = &g->nodes;
}

void
store_free(struct store *s)
{
	profile_free(&s->profile);
	history_free(&s->history);
	buf_free(&s->windows);
}

static void
take_window(void *to, struct span *w, bool continues)
{
	struct store *s = to;
	struct history *h = &s->history;

	continues &= h->n > 0;
	if (s->windows.len <= s->most_bytes) {
		message_window(&s->windows, h, w, h->number + (h->n && !continues));
		s->n_windows++;
	}
	if (continues)
		history_continue(h, w);
	else
		history_append(h, w);
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* How many of the last windows are to be told apart: those of the last window_ns that were recorded. Pauses do not count. */
static size_t
told_apart(const struct store *s)
{
	const struct history *h = &s->history;
	uint64_t left = s->window_ns;
	size_t n = 0;

	while (n < h->n && n < SPANS_MAX / 9 * 8) {
		const struct span *w = &h->spans[h->n - ++n];
		uint64_t length = w->end > w->start ? w->end - w->start : 0;

		if (length >= left)
			break;
		left -= length;
	}
	return n;
}

static void
limit_windows(struct store *s)
{
	struct history *h = &s->history;
	size_t apart = told_apart(s);

	if (apart < h->n)
		history_merge(h, h->n - apart, larger(apart / 8, COARSE_MIN));
}

/* What the profile and its history may take: with what a segment defines, half of all, for to make it smaller and to make
 * messages of it takes memory, too. A large segment leaves it an eighth, which is said: it may be larger than all. */
static size_t
allowance(struct store *s)
{
	uint64_t all = s->memory / 2, least = s->memory / 8;

	s->crowded = s->segment_bytes > all - least;
	return s->crowded ? (size_t)least : (size_t)(all - s->segment_bytes);
}

/* Coarser windows first, then fewer nodes and tasks. True: ids have changed. */
static bool
limit_memory(struct store *s, struct segment *g)
{
	struct profile *p = &s->profile;
	struct history *h = &s->history;
	size_t most;

	s->segment_bytes = segment_bytes(g);
	most = allowance(s);
	if (profile_bytes(p) + history_bytes(h) <= most)
		return false;
	for (size_t n = h->n; n > 64 && history_bytes(h) > most / 4; n /= 2)
		history_merge(h, h->n, n / 2);
	if (profile_bytes(p) + history_bytes(h) <= larger(most / 4 * 3, s->least + s->least / 8))
		return false;
	renew_smaller(p, h, &g->nodes, most / 2);
	segment_forget_groups(g);
	s->least = profile_bytes(p) + history_bytes(h);
	s->pruned = renew_pruned(p, h);
	return true;
}

bool
store_enter(struct store *s, struct segment *g)
{
	bool renewed = g->renamed, all;

	if (renewed) {
		renew_names(&s->profile, &s->history, &g->nodes);
		segment_forget_groups(g);
	}
	g->renamed = false;
	s->windows.len = s->n_windows = 0;
	do {
		all = segment_enter(g, &s->history, (size_t)(s->memory / NODES_SHARE), take_window, s);
		limit_windows(s);
		renewed |= limit_memory(s, g);
	} while (!all);
	return renewed;
}
