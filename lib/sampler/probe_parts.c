// SPDX-License-Identifier: GPL-2.0-or-later
/* What the finders of probes have in common. */
#include "sampler/probe_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/sums.h"

const char *
probe_prefix(enum probe_kind kind)
{
	static const char *const prefixes[N_PROBE_KINDS] = {
		[PROBE_KPROBE] = "kprobe",
		[PROBE_KRETPROBE] = "kretprobe",
		[PROBE_FENTRY] = "fentry",
		[PROBE_FEXIT] = "fexit",
		[PROBE_TRACEPOINT] = "tracepoint",
		[PROBE_RAW_TP] = "raw_tp",
		[PROBE_UPROBE] = "uprobe",
		[PROBE_URETPROBE] = "uretprobe",
		[PROBE_USDT] = "usdt",
	};

	return prefixes[kind];
}

bool
is_pattern(const char *text)
{
	return strpbrk(text, "*?[");
}

/* A tracepoint's name has a colon of its own, and needs no prefix. */
int
probe_too_many(struct err *err, enum probe_kind kind, const char *text, uint64_t n, const char *things, uint64_t max)
{
	bool bare = kind == PROBE_TRACEPOINT;

	return err_set(err, "%s%s%s matches %s %s; --max-probes allows %s", bare ? "" : probe_prefix(kind), bare ? "" : ":", text,
		       grouped(n), things, grouped(max));
}

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
