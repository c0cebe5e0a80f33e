// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's events as probes: one, or with a glob those the machine can sample. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sampler/event_parts.h"
#include "sampler/pmu.h"
#include "sampler/probe.h"

struct glob {
	char *pattern;
	const char *modifiers;
	struct probes *all;
	uint64_t max, known, n;
};

static bool
matches(const struct glob *g, const char *name, const char *alias)
{
	return !fnmatch(g->pattern, name, 0) || (alias && !fnmatch(g->pattern, alias, 0));
}

static void
count_name(void *context, const char *name, const char *alias)
{
	struct glob *g = context;

	g->known += matches(g, name, alias);
}

static void
add_name(void *context, const char *name, const char *alias)
{
	struct glob *g = context;
	struct perf_event_attr attr = {0};
	char text[EVENT_TEXT];
	struct probe *p;
	struct err err;

	if (!matches(g, name, alias) || snprintf(text, sizeof(text), "%s%s", name, g->modifiers) >= (int)sizeof(text))
		return;
	if (event_parse(text, &attr, &err) || !event_opens(&attr) || g->n++ >= g->max)
		return;
	p = probes_add(g->all, PROBE_PERF);
	p->name = xstrdup(text);
	p->attr = attr;
}

static int
find_glob(struct glob *g, const char *text, struct err *err)
{
	event_each(EVENT_SYSFS, add_name, g);
	if (g->n > g->max)
		return err_set(err, "'%s': %llu events match, more than %llu", text, (unsigned long long)g->n, (unsigned long long)g->max);
	if (g->n)
		return 0;
	event_each(EVENT_SYSFS, count_name, g);
	if (g->known)
		return err_set(err, "'%s': of the %llu events with such names this machine can sample none%s", text,
			       (unsigned long long)g->known, pmu_count_cores(EVENT_SYSFS) ? "" : ": its cpus have no PMU");
	return err_set(err, "'%s': no event matches; there are perf's (perf-list(1)), tracepoint:SYS:NAME, kprobe:FUNC, uprobe:FILE:FUNC",
		       text);
}

int
find_perf_event(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	size_t len = strchr(text, '/') ? (size_t)(strrchr(text, '/') + 1 - text) : strcspn(text, ":");
	struct perf_event_attr attr = {0};
	struct probe *p;

	if (strcspn(text, "*?[") < len && (!text[len] || event_modifiers_known(text + len))) {
		struct glob g = {.all = all, .modifiers = text + len, .max = scope->max_probes};
		int r;

		g.pattern = xstrndup(text, len);
		r = find_glob(&g, text, err);
		free(g.pattern);
		return r;
	}
	if (event_parse(text, &attr, err))
		return -1;
	p = probes_add(all, kind);
	p->name = xstrdup(text);
	p->attr = attr;
	return 0;
}
