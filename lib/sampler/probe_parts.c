// SPDX-License-Identifier: GPL-2.0-or-later
/* What the finders of probes in files have in common. */
#include "sampler/probe_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *
probe_text(struct buf *name)
{
	char *text = buf_cstr(name);

	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return text;
}

static int
compare(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	if (!r)
		r = strcmp(x->path, y->path);
	return r ? r : (x->offset > y->offset) - (x->offset < y->offset);
}

static void
move(struct probes *to, struct probe *p)
{
	*probes_add(to, p->kind) = *p;
}

void
probes_in_order(struct probes *all, size_t first)
{
	struct probes again = {0}; /* places that are there already */
	size_t n = first;

	if (all->n > first)
		qsort(all->items + first, all->n - first, sizeof(*all->items), compare);
	for (size_t i = first; i < all->n; i++)
		if (n > first && !compare(&all->items[n - 1], &all->items[i]))
			move(&again, &all->items[i]);
		else
			all->items[n++] = all->items[i];
	all->n = n;
	probes_free(&again);
}
