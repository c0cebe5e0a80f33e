// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as users name them, and the places where they fire. */
#include "sampler/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "sampler/functions.h"
#include "sampler/probe_parts.h"
#include "sampler/tracefs.h"
#include "sampler/types.h"

/* Of what has a prefix. */
static probes_finder *const finders[N_PROBE_KINDS] = {
	[PROBE_KPROBE] = find_kernel_functions,
	[PROBE_KRETPROBE] = find_kernel_functions,
	[PROBE_FENTRY] = find_kernel_functions,
	[PROBE_FEXIT] = find_kernel_functions,
	[PROBE_TRACEPOINT] = find_tracepoints,
	[PROBE_RAW_TP] = find_raw_tracepoints,
	[PROBE_UPROBE] = find_user_functions,
	[PROBE_URETPROBE] = find_user_functions,
	[PROBE_USDT] = find_markers,
};

struct probe *
probes_add(struct probes *all, enum probe_kind kind)
{
	GROW(all->items, all->n, all->cap);
	all->items[all->n] = (struct probe){.kind = kind};
	return &all->items[all->n++];
}

static void
probe_free(struct probe *p)
{
	free(p->name);
	free(p->symbol);
	free(p->system);
	free(p->path);
	free(p->arguments);
}

/* All but the first `keep`. */
static void
drop(struct probes *all, size_t keep)
{
	for (size_t i = keep; i < all->n; i++)
		probe_free(&all->items[i]);
	all->n = keep;
}

void
probes_free(struct probes *all)
{
	drop(all, 0);
	free(all->items);
	*all = (struct probes){0};
}

void
probes_forget(void)
{
	functions_forget();
	types_forget();
	tracefs_forget();
}

/* Whether perf knows an event of this name; it has no ':' then. */
static bool
is_perf_event(const char *name, const struct probe_scope *scope)
{
	struct probes scratch = {0};
	struct err ignored;
	bool is = !find_perf_event(&scratch, PROBE_PERF, name, scope, &ignored);

	probes_free(&scratch);
	return is;
}

static bool
is_modifiers(const char *text)
{
	return *text && !text[strspn(text, "ukhHGpPSDIWeb")];
}

/* "sched:sched_switch" but not "cycles:u", "mem:0x1000:w" or "cpu/event=0x3c/u"; "shced:sched_switch", too, since perf has
 * no shced. A tracepoint's system goes before an event of perf. */
static bool
is_tracepoint(const char *text, const struct probe_scope *scope)
{
	size_t len = strcspn(text, ":/@ ");
	char *system;
	bool is;

	if (text[len] != ':' || !len || !strncmp(text, "mem:", 4))
		return false;
	system = xstrndup(text, len);
	is = tracefs_has_system(system) || (!is_modifiers(text + len + 1) && !is_perf_event(system, scope));
	free(system);
	return is;
}

/* The prefix that is a letter or two from what stands before the colon, if that is no tracepoints' system. */
static const char *
mistyped_prefix(const char *text)
{
	size_t len = strcspn(text, ":");
	unsigned most = len > 4 ? 2 : 1;
	char *word = xstrndup(text, len);
	const char *meant = NULL;

	for (enum probe_kind kind = 0; kind < N_PROBE_KINDS && text[len]; kind++) {
		const char *prefix = probe_prefix(kind);
		unsigned distance = prefix ? edit_distance(word, len, prefix, strlen(prefix), most) : most + 1;

		if (distance <= most && (!meant || distance < most)) {
			meant = prefix;
			most = distance;
		}
	}
	if (meant && tracefs_has_system(word))
		meant = NULL;
	free(word);
	return meant;
}

static int
find_unprefixed(struct probes *all, const char *text, const struct probe_scope *scope, struct err *err)
{
	const char *meant;

	if (!is_tracepoint(text, scope))
		return find_perf_event(all, PROBE_PERF, text, scope, err);
	meant = mistyped_prefix(text);
	if (meant)
		return err_set(err, "%s: is '%s:%s' what is meant?", text, meant, strchr(text, ':') + 1);
	return find_tracepoints(all, PROBE_TRACEPOINT, text, scope, err);
}

static int
find_places(struct probes *all, const char *text, const struct probe_scope *scope, struct err *err)
{
	size_t len = strcspn(text, ":");

	for (enum probe_kind kind = 0; kind < N_PROBE_KINDS && text[len]; kind++) {
		const char *prefix = probe_prefix(kind);

		if (prefix && strlen(prefix) == len && !strncmp(text, prefix, len))
			return finders[kind](all, kind, text + len + 1, scope, err);
	}
	return find_unprefixed(all, text, scope, err);
}

int
probes_find(struct probes *all, const struct event_spec *spec, const struct probe_scope *scope, struct err *err)
{
	size_t before = all->n;
	int status = find_places(all, spec->text, scope, err);

	for (size_t i = before; i < all->n && !status; i++)
		status = probe_rule(&all->items[i], spec->weight, spec->filter, err);
	if (status)
		drop(all, before);
	return status;
}
