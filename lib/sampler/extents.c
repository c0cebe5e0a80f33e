// SPDX-License-Identifier: GPL-2.0-or-later
/* Which places of an array are free. */
#include "sampler/extents.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void
insert(struct extent_list *l, size_t at, struct extent e)
{
	GROW(l->items, l->n, l->cap);
	memmove(l->items + at + 1, l->items + at, (l->n - at) * sizeof(e));
	l->items[at] = e;
	l->n++;
}

static void
drop(struct extent_list *l, size_t at)
{
	l->n--;
	memmove(l->items + at, l->items + at + 1, (l->n - at) * sizeof(*l->items));
}

/* The first free extent behind a place. */
static size_t
behind(const struct extent_list *l, uint32_t place)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (l->items[middle].first <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
release(struct extents *e, struct extent back)
{
	struct extent_list *l = &e->free;
	size_t at = behind(l, back.first);
	struct extent *before = at ? &l->items[at - 1] : NULL, *after = at < l->n ? &l->items[at] : NULL;

	if (after && back.first + back.n == after->first) {
		back.n += after->n;
		drop(l, at);
	}
	if (before && before->first + before->n == back.first)
		before->n += back.n;
	else
		insert(l, at, back);
}

void
extents_init(struct extents *e, uint32_t first, uint32_t n)
{
	*e = (struct extents){.end = first + n};
	insert(&e->free, 0, (struct extent){first, n});
}

uint32_t
extents_take(struct extents *e, uint32_t n)
{
	struct extent_list *l = &e->free;

	for (size_t i = 0; i < l->n; i++) {
		uint32_t first = l->items[i].first;

		if (l->items[i].n < n)
			continue;
		l->items[i].first += n;
		l->items[i].n -= n;
		if (!l->items[i].n)
			drop(l, i);
		return first;
	}
	return EXTENTS_FULL;
}

void
extents_give(struct extents *e, struct extent back)
{
	if (back.n)
		insert(&e->given, e->given.n, back);
}

void
extents_age(struct extents *e)
{
	struct extent_list done = e->waiting;

	for (size_t i = 0; i < done.n; i++)
		release(e, done.items[i]);
	done.n = 0;
	e->waiting = e->given;
	e->given = done;
}

static uint32_t
sum(const struct extent_list *l)
{
	uint32_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->items[i].n;
	return n;
}

uint32_t
extents_coming(const struct extents *e)
{
	return sum(&e->given) + sum(&e->waiting);
}

uint32_t
extents_top(const struct extents *e)
{
	const struct extent *last = e->free.n ? &e->free.items[e->free.n - 1] : NULL;

	return last && last->first + last->n == e->end ? last->first : e->end;
}

void
extents_free(struct extents *e)
{
	free(e->free.items);
	free(e->given.items);
	free(e->waiting.items);
}
