// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's windows: sorting, adding up and merging their cells. */
#include "cmd/serve_history.h"

#include <stdlib.h>

#include "base/alloc.h"

void
history_free(struct history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->spans[i].cells);
		free(h->spans[i].losses);
	}
	free(h->spans);
}

size_t
history_bytes(const struct history *h)
{
	return h->cap * sizeof(*h->spans) + h->cells * sizeof(struct cell) + h->losses * sizeof(struct loss);
}

/* ---- the order of cells ---- */

struct keyed {
	uint32_t node;
	struct cell cell;
};

static int
compare(uint32_t node_a, const struct cell *a, uint32_t node_b, const struct cell *b)
{
	if (node_a != node_b)
		return node_a < node_b ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

static int
compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return compare(x->node, &x->cell, y->node, &y->cell);
}

size_t
history_sort(const struct history *h, bool by_stack, struct cell *cells, size_t n)
{
	struct keyed *sorted = xreallocarray(NULL, n, sizeof(*sorted));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct keyed){by_stack ? stack_node_known(h->ends, cells[i].place) : cells[i].place, cells[i]};
	qsort(sorted, n, sizeof(*sorted), compare_keyed);
	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &sorted[i].cell;

		if (kept && cells[kept - 1].place == c->place && cells[kept - 1].group == c->group)
			cells[kept - 1].count += c->count;
		else
			cells[kept++] = *c;
	}
	free(sorted);
	return kept;
}

/* Returns how many cells that makes less. */
static size_t
resort(const struct history *h, struct span *s)
{
	size_t before = s->n;

	s->n = history_sort(h, s->by_stack, s->cells, s->n);
	if (s->n < before)
		s->cells = xreallocarray(s->cells, s->n, sizeof(*s->cells));
	return before - s->n;
}

static size_t
settle(const struct history *h, struct span *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->cells[i].place = span_node(h, s, s->cells[i].place);
	s->by_stack = false;
	return resort(h, s);
}

/* ---- windows ---- */

/* Adds the losses of `from` to those of `to`. */
static void
add_losses(struct history *h, struct span *to, const struct span *from)
{
	size_t known = to->n_losses;

	if (from->n_losses)
		to->losses = xreallocarray(to->losses, known + from->n_losses, sizeof(*to->losses));
	for (size_t i = 0; i < from->n_losses; i++) {
		const struct loss *loss = &from->losses[i];
		size_t at = 0;

		while (at < known && to->losses[at].event != loss->event)
			at++;
		if (at < known)
			to->losses[at].lost += loss->lost;
		else
			to->losses[to->n_losses++] = *loss;
	}
	h->losses += to->n_losses - known;
}

/* Adds the cells of `from` to those of `to`; both are by stack or both are not. */
static void
add_cells(struct history *h, struct span *to, const struct span *from)
{
	struct cell *sum = xreallocarray(NULL, to->n + from->n, sizeof(*sum));
	size_t a = 0, b = 0, n = 0;

	while (a < to->n || b < from->n) {
		const struct cell *x = &to->cells[a], *y = &from->cells[b];
		int c = a == to->n ? 1
			: b == from->n
				? -1
				: compare(span_node(h, to, x->place), x, span_node(h, from, y->place), y);

		sum[n] = c <= 0 ? *x : *y;
		if (!c)
			sum[n].count += y->count;
		a += c <= 0;
		b += c >= 0;
		n++;
	}
	h->cells += n - to->n;
	free(to->cells);
	to->cells = xreallocarray(sum, n, sizeof(*sum));
	to->n = n;
	add_losses(h, to, from);
	to->samples += from->samples;
	to->end = from->end > to->end ? from->end : to->end;
}

void
history_append(struct history *h, const struct span *s)
{
	GROW(h->spans, h->n, h->cap);
	h->spans[h->n] = *s;
	h->number += h->n++ > 0;
	h->cells += s->n;
	h->losses += s->n_losses;
}

void
history_continue(struct history *h, struct span *s)
{
	struct span *last = &h->spans[h->n - 1];

	if (s->by_stack && !last->by_stack)
		settle(h, s);
	add_cells(h, last, s);
	free(s->cells);
	free(s->losses);
}

void
history_settle(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->spans[i].by_stack)
			h->cells -= settle(h, &h->spans[i]);
}

void
history_renumber(struct history *h, const uint32_t *nodes, const uint32_t *groups)
{
	for (size_t i = 0; i < h->n; i++) {
		struct span *s = &h->spans[i];

		for (size_t c = 0; c < s->n; c++) {
			if (nodes && !s->by_stack)
				s->cells[c].place = nodes[s->cells[c].place];
			if (groups)
				s->cells[c].group = groups[s->cells[c].group];
		}
		h->cells -= resort(h, s);
	}
}

/* Merges neighbours that make up at most `most` windows together. Returns how many of the first n are left. */
static size_t
merge_pairs(struct history *h, size_t n, uint64_t most)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct span *last = kept ? &h->spans[kept - 1] : NULL, *s = &h->spans[i];

		if (!last || last->by_stack != s->by_stack || (uint64_t)last->windows + s->windows > most) {
			h->spans[kept++] = *s;
			continue;
		}
		h->cells -= s->n;
		h->losses -= s->n_losses;
		add_cells(h, last, s);
		free(s->cells);
		free(s->losses);
		h->merged += (last->windows == 1) + (s->windows == 1);
		last->windows += s->windows;
	}
	for (size_t i = n; i < h->n; i++)
		h->spans[kept + i - n] = h->spans[i];
	h->n -= n - kept;
	return kept;
}

void
history_merge(struct history *h, size_t first, size_t most)
{
	size_t n = first < h->n ? first : h->n ? h->n - 1 : 0;

	most = most > 2 ? most : 2;
	for (uint64_t windows = 2; n > most && windows < UINT32_MAX; windows *= 2)
		n = merge_pairs(h, n, windows);
}
