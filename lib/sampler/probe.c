// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as users name them, and the places where they fire. */
#include "sampler/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const struct {
	const char *prefix;
	enum probe_kind kind;
	probes_finder *find;
} finders[] = {
	{"kprobe:", PROBE_KPROBE, find_kernel_functions},
	{"kretprobe:", PROBE_KRETPROBE, find_kernel_functions},
	{"fentry:", PROBE_FENTRY, find_kernel_functions},
	{"fexit:", PROBE_FEXIT, find_kernel_functions},
	{"tracepoint:", PROBE_TRACEPOINT, find_tracepoints},
	{"raw_tp:", PROBE_RAW_TP, find_raw_tracepoints},
	{"uprobe:", PROBE_UPROBE, find_user_functions},
	{"uretprobe:", PROBE_URETPROBE, find_user_functions},
	{"usdt:", PROBE_USDT, find_markers},
};

struct probe *
probes_add(struct probes *all, enum probe_kind kind)
{
	GROW(all->items, all->n, all->cap);
	all->items[all->n] = (struct probe){.kind = kind};
	return &all->items[all->n++];
}

void
probes_free(struct probes *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->items[i].name);
		free(all->items[i].symbol);
		free(all->items[i].system);
		free(all->items[i].path);
		free(all->items[i].arguments);
	}
	free(all->items);
	*all = (struct probes){0};
}

static int
find_places(struct probes *all, const char *text, const struct probe_scope *scope, struct err *err)
{
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
		size_t len = strlen(finders[i].prefix);

		if (!strncmp(text, finders[i].prefix, len))
			return finders[i].find(all, finders[i].kind, text + len, scope, err);
	}
	return find_perf_event(all, PROBE_PERF, text, scope, err);
}

int
probes_find(struct probes *all, const struct event_spec *spec, const struct probe_scope *scope, struct err *err)
{
	size_t before = all->n;

	if (find_places(all, spec->text, scope, err))
		return -1;
	for (size_t i = before; i < all->n; i++)
		if (probe_rule(&all->items[i], spec->weight, spec->filter, err))
			return -1;
	return 0;
}
