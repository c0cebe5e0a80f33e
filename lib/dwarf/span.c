// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges of addresses, and the map that is made of them. */
#include "dwarf/span.h"

#include <stdlib.h>

#include "base/alloc.h"

void
spans_add(struct spans *s, uint64_t start, uint64_t end, uint32_t owner)
{
	if (start >= end)
		return;
	GROW(s->all, s->n, s->cap);
	s->all[s->n++] = (struct span){start, end, owner};
}

void
spans_free(struct spans *s)
{
	free(s->all);
	*s = (struct spans){0};
}

/* ---- the spans that hold the place at hand, as a heap: the highest owner first ---- */

struct open {
	const struct span **all;
	size_t n, cap;
};

static void
open_add(struct open *o, const struct span *s)
{
	size_t at, up;

	GROW(o->all, o->n, o->cap);
	for (at = o->n++; at; at = up) {
		up = (at - 1) / 2;
		if (o->all[up]->owner >= s->owner)
			break;
		o->all[at] = o->all[up];
	}
	o->all[at] = s;
}

static void
open_drop_first(struct open *o)
{
	const struct span *s = o->all[--o->n];
	size_t at = 0, down;

	for (; (down = 2 * at + 1) < o->n; at = down) {
		if (down + 1 < o->n && o->all[down + 1]->owner > o->all[down]->owner)
			down++;
		if (s->owner >= o->all[down]->owner)
			break;
		o->all[at] = o->all[down];
	}
	o->all[at] = s;
}

/* ---- the map ---- */

static int
compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->owner > y->owner) - (x->owner < y->owner);
}

static void
sort_spans(struct spans *s)
{
	for (size_t i = 1; i < s->n; i++) {
		if (compare(&s->all[i - 1], &s->all[i]) <= 0)
			continue;
		qsort(s->all, s->n, sizeof(*s->all), compare);
		return;
	}
}

static void
emit(struct span_map *m, uint64_t start, uint32_t owner)
{
	if (m->n && m->all[m->n - 1].owner == owner)
		return;
	GROW(m->all, m->n, m->cap);
	m->all[m->n++] = (struct span_start){start, owner};
}

void
span_map_make(struct span_map *m, struct spans *s)
{
	struct open open = {0};
	size_t i = 0;

	sort_spans(s);
	while (i < s->n || open.n) {
		uint64_t at = open.n ? 0 : s->all[i].start;

		if (!open.n) /* nobody's up to here */
			open_add(&open, &s->all[i++]);
		else if (i < s->n && s->all[i].start < open.all[0]->end) {
			at = s->all[i].start;
			open_add(&open, &s->all[i++]);
		} else {
			at = open.all[0]->end;
			while (open.n && open.all[0]->end <= at)
				open_drop_first(&open);
		}
		while (i < s->n && s->all[i].start == at)
			open_add(&open, &s->all[i++]);
		emit(m, at, open.n ? open.all[0]->owner : SPAN_NONE);
	}
	free(open.all);
}

uint32_t
span_map_find(const struct span_map *m, uint64_t vaddr)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->all[middle].start <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? m->all[low - 1].owner : SPAN_NONE;
}

void
span_map_free(struct span_map *m)
{
	free(m->all);
	*m = (struct span_map){0};
}
