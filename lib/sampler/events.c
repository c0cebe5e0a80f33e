// SPDX-License-Identifier: GPL-2.0-or-later
/* What is sampled: the events that were asked for, numbered, with the places where they fire. */
#include "sampler/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sampler/event.h"
#include "sampler/syscalls.h"

/* Rates are of perf's events; probes fire each time. */
static void
add_event(struct events *e, const struct sampler_config *c, struct probe *p, const char *unit, size_t unit_len)
{
	bool sampled = p->kind == PROBE_PERF;

	e->units = xreallocarray(e->units, e->n + 1, sizeof(*e->units));
	e->units[e->n] = xcalloc(unit_len + 1, 1);
	memcpy(e->units[e->n], unit, unit_len);
	e->kinds = xreallocarray(e->kinds, e->n + 1, sizeof(*e->kinds));
	e->kinds[e->n] = p->kind;
	GROW(e->all, e->n, e->cap);
	e->all[e->n] = (struct event_fact){
		.name = p->name,
		.unit = e->units[e->n],
		.frequency = sampled ? c->frequency : 0,
		.period = sampled ? c->period : 0,
		.has_values = p->rule.n_factors || p->kind == PROBE_WAIT || p->rule.flags & EVENT_ON_CPU,
	};
	p->event = (uint32_t)e->n++;
}

static int
add_spec(struct events *e, const struct sampler_config *c, const struct event_spec *spec, const struct probe_scope *scope,
	 struct err *err)
{
	size_t before = e->probes.n;
	const char *unit = spec->weight ? spec->weight : "samples";

	if (probes_find(&e->probes, spec, scope, err))
		return -1;
	for (size_t i = before; i < e->probes.n; i++) {
		struct probe *p = &e->probes.items[i];

		if (i > before && !strcmp(p->name, p[-1].name))
			p->event = p[-1].event;
		else
			add_event(e, c, p, unit, strcspn(unit, ":"));
	}
	for (size_t i = before; i < e->probes.n; i++)
		e->probes.items[i].is_match = e->probes.items[before].event != e->n - 1;
	return 0;
}

static struct probe *
add_watch(struct events *e, const struct sampler_config *c, enum probe_kind kind, const char *name, uint32_t flags)
{
	struct probe *p = probes_add(&e->probes, kind);

	p->name = xstrdup(name);
	p->rule.flags = flags;
	add_event(e, c, p, "ns", 2);
	return p;
}

static int
add_watched(struct events *e, const struct sampler_config *c, struct err *err)
{
	struct probe *p;

	if (c->watch == WATCH_EVENTS)
		return 0;
	e->wait = add_watch(e, c, PROBE_WAIT, "off-cpu", 0)->event;
	if (c->watch == WATCH_OFF_CPU)
		return 0;
	p = add_watch(e, c, PROBE_PERF, "on-cpu", EVENT_ON_CPU);
	e->on_cpu = p->event;
	return event_parse("cpu-clock", &p->attr, err);
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Of two probes with one name. Files of one name may be several. */
static bool
is_same_place(const struct probe *a, const struct probe *b)
{
	return a->kind == b->kind && a->offset == b->offset && a->address == b->address && is_same(a->path, b->path);
}

static int
by_name(const void *a, const void *b)
{
	const struct probe *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Events of one name would be counted as one, and so each firing twice; a tracepoint takes a program only once. */
static int
check_twice(const struct events *e, struct err *err)
{
	const struct probe **all = xcalloc(e->probes.n ? e->probes.n : 1, sizeof(*all)), *twice = NULL;

	for (size_t i = 0; i < e->probes.n; i++)
		all[i] = &e->probes.items[i];
	qsort(all, e->probes.n, sizeof(*all), by_name);
	for (size_t i = 0; i < e->probes.n; i++)
		for (size_t j = i; !twice && j-- > 0 && !strcmp(all[j]->name, all[i]->name);)
			if (all[j]->event != all[i]->event && is_same_place(all[j], all[i]))
				twice = all[i];
	free(all);
	return twice ? err_set(err, "%s is asked for twice", twice->name) : 0;
}

int
events_open(struct events *e, const struct sampler_config *c, struct err *err)
{
	const struct event_spec usual = {.text = event_default()};
	const struct probe_scope scope = {
		.pids = c->pids.items,
		.n_pids = c->pids.n,
		.program = c->program,
		.max_probes = c->max_probes,
		.demangle = c->demangle,
	};

	e->wait = e->on_cpu = EVENT_NONE;
	if (!c->n_events && c->watch == WATCH_EVENTS && add_spec(e, c, &usual, &scope, err))
		return -1;
	for (size_t i = 0; i < c->n_events; i++)
		if (add_spec(e, c, &c->events[i], &scope, err))
			return -1;
	if (add_watched(e, c, err))
		return -1;
	for (size_t i = 0; i < e->probes.n; i++) {
		struct probe *p = &e->probes.items[i];

		syscall_recognize(p);
		if (probe_is_clock(p, c))
			p->rule.flags |= EVENT_CLOCK;
		if (p->kind == PROBE_KRETPROBE || p->kind == PROBE_URETPROBE)
			p->rule.flags |= EVENT_RETURN;
		e->kinds[p->event] = p->kind;
	}
	probes_forget();
	return check_twice(e, err);
}

void
events_free(struct events *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->units[i]);
	free(e->units);
	free(e->kinds);
	free(e->all);
	probes_free(&e->probes);
}

bool
probe_is_clock(const struct probe *p, const struct sampler_config *c)
{
	if (p->kind != PROBE_PERF)
		return false;
	if (p->attr.type == PERF_TYPE_HARDWARE)
		return p->attr.config == PERF_COUNT_HW_CPU_CYCLES && c->frequency;
	return p->attr.type == PERF_TYPE_SOFTWARE && p->attr.config == PERF_COUNT_SW_CPU_CLOCK;
}

bool
events_are_filtered(const struct events *e, const struct sampler_config *c)
{
	if (config_is_whole(c))
		return false;
	for (size_t i = 0; i < e->probes.n; i++)
		if (e->probes.items[i].kind != PROBE_PERF || probe_is_clock(&e->probes.items[i], c))
			return true;
	return false;
}

bool
events_in_program(const struct events *e, uint32_t event)
{
	enum probe_kind kind = e->kinds[event];

	return kind == PROBE_TRACEPOINT || kind == PROBE_SYSCALL || kind == PROBE_RAW_TP || kind == PROBE_FENTRY || kind == PROBE_FEXIT || kind == PROBE_WAIT;
}
