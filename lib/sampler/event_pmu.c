// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's names of events of a PMU: cpu/event=0x3c,umask=1/, cpu/mem-loads,ldlat=30/, mem-loads. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/parse.h"
#include "sampler/event_parts.h"
#include "sampler/pmu.h"

/* perf's terms that are not of the event, but of how it is recorded. */
static const struct {
	const char *name, *instead;
} not_the_events[] = {
	{"period", "-c says it"},
	{"freq", "-F says it"},
	{"name", "an event has the name it was asked for with"},
	{"call-graph", "each sample has a stack"},
	{"time", "--timestamps asks for it"},
	{"inherit", "-i is about it"},
	{"no-inherit", "-i is about it"},
	{"config3", "this program does not know it"},
};

/* ---- terms ---- */

static void
offer(void *context, const char *pmu, const char *name)
{
	(void)pmu;
	nearest_offer(context, name, strlen(name));
}

static int
unknown_term(const struct event_reading *r, const char *pmu, const char *term)
{
	struct nearest nearest;
	char names[NEAREST_TEXT];

	for (size_t i = 0; i < sizeof(not_the_events) / sizeof(not_the_events[0]); i++)
		if (!strcmp(term, not_the_events[i].name))
			return err_set(r->err, "'%s': %s is not a part of the event: %s", r->text, term, not_the_events[i].instead);
	nearest_begin(&nearest, term);
	pmu_each_file(r->sysfs, pmu, "format", offer, &nearest);
	pmu_each_file(r->sysfs, pmu, "events", offer, &nearest);
	if (nearest_text(&nearest, "", names, sizeof(names)))
		return err_set(r->err, "'%s': %s has no '%s'; it has %s, …", r->text, pmu, term, names);
	return err_set(r->err, "'%s': %s has no '%s'; what it has is in %s/%s/format and events, besides config, config1, config2",
		       r->text, pmu, term, r->sysfs, pmu);
}

static int
put(const struct event_reading *r, const char *pmu, const char *term, const char *format, uint64_t value)
{
	uint64_t most;
	int bad = pmu_put(r->attr, format, value, &most);

	if (bad < 0)
		return err_set(r->err, "'%s': the bits of %s are '%s', which this program does not know (%s/%s/format/%s)", r->text, term,
			       format, r->sysfs, pmu, term);
	return bad ? err_set(r->err, "'%s': %s is 0x%llx at the most", r->text, term, (unsigned long long)most) : 0;
}

static bool
is_config(const char *term)
{
	return !strcmp(term, "config") || !strcmp(term, "config1") || !strcmp(term, "config2");
}

static int read_terms(const struct event_reading *r, const char *pmu, char *terms, bool of_alias);

/* "umask=1"; "any", which is any=1; "mem-loads", which stands for what the PMU's file has. What comes later replaces. */
static int
read_term(const struct event_reading *r, const char *pmu, char *term, bool of_alias)
{
	char text[PMU_TEXT], *value = strchr(term, '=');
	uint64_t n = 1;

	if (value)
		*value++ = 0;
	if (is_config(term) && value && parse_number(value, &n))
		return put(r, pmu, term, term, n);
	if (!pmu_read(r->sysfs, pmu, "format", term, text)) {
		if (of_alias && value && *value == '?')
			return err_set(r->err, "'%s': this event wants a value for %s, which this program cannot give", r->text, term);
		if (value && !parse_number(value, &n))
			return err_set(r->err, "'%s': '%s' is not a value of %s: it is a number, as 12 or 0x1f", r->text, value, term);
		return put(r, pmu, term, text, n);
	}
	if (is_config(term))
		return err_set(r->err, "'%s': %s wants a number, as %s=0x1f", r->text, term, term);
	if (!value && !of_alias && !pmu_read(r->sysfs, pmu, "events", term, text))
		return read_terms(r, pmu, text, true);
	if (!value && event_raw(term, &n))
		return put(r, pmu, term, "config", n);
	return unknown_term(r, pmu, term);
}

static int
read_terms(const struct event_reading *r, const char *pmu, char *terms, bool of_alias)
{
	char *rest = terms, *term;

	while (*terms && (term = strsep(&rest, ",")))
		if (read_term(r, pmu, term, of_alias))
			return -1;
	return 0;
}

/* ---- PMU/term,…/ ---- */

static bool
offer_pmu(void *context, const char *pmu)
{
	nearest_offer(context, pmu, strlen(pmu));
	return false;
}

static int
no_pmu(const struct event_reading *r, const char *pmu)
{
	struct nearest nearest;
	char names[NEAREST_TEXT];

	if (!*pmu || strchr(pmu, ':'))
		return err_set(r->err, "'%s' is not an event; for a function of a file say uprobe:FILE:FUNC", r->text);
	if (event_is_named(pmu))
		return err_set(r->err, "'%s': %s has no terms; -c and -F say how often, and %s:u and the like where", r->text, pmu, pmu);
	nearest_begin(&nearest, pmu);
	pmu_each(r->sysfs, offer_pmu, &nearest);
	if (nearest_text(&nearest, "", names, sizeof(names)))
		return err_set(r->err, "'%s': there is no PMU '%s' here; there is %s", r->text, pmu, names);
	return err_set(r->err, "'%s': there is no PMU '%s' here (those there are are in %s)%s", r->text, pmu, r->sysfs,
		       pmu_count_cores(r->sysfs) ? "" : "; the cpus have none, as in many virtual machines: -e cpu-clock works everywhere");
}

/* Fills attr->type. */
static int
use_pmu(const struct event_reading *r, const char *pmu)
{
	const char *refusal = pmu_refusal(r->sysfs, pmu);
	uint32_t type;

	if (!refusal && pmu_type(r->sysfs, pmu, &type))
		return no_pmu(r, pmu);
	if (refusal)
		return err_set(r->err, "'%s': the PMU %s cannot sample: %s", r->text, pmu, refusal);
	r->attr->type = type;
	return 0;
}

int
event_read_pmu(struct event_reading *r)
{
	size_t len = strcspn(r->text, "/"), terms_len;
	char pmu[EVENT_TEXT], terms[EVENT_TEXT];
	const char *begin = r->text + len + 1;

	if (!r->text[len])
		return 0;
	snprintf(pmu, sizeof(pmu), "%.*s", (int)len, r->text);
	if (use_pmu(r, pmu))
		return -1;
	terms_len = strcspn(begin, "/");
	if (!begin[terms_len])
		return err_set(r->err, "'%s': the '/' at its end is missing: %s/TERM=VALUE,…/", r->text, pmu);
	snprintf(terms, sizeof(terms), "%.*s", (int)terms_len, begin);
	r->modifiers = begin + terms_len + 1;
	return read_terms(r, pmu, terms, false) ? -1 : 1;
}

/* ---- without the PMU's name ---- */

struct search {
	struct event_reading *r;
	int found;
};

static bool
read_of(void *context, const char *pmu)
{
	struct search *s = context;
	char text[PMU_TEXT];

	if (pmu_read(s->r->sysfs, pmu, "events", s->r->head, text))
		return false;
	s->found = use_pmu(s->r, pmu) || read_terms(s->r, pmu, text, true) ? -1 : 1;
	return true;
}

int
event_read_alias(struct event_reading *r)
{
	struct search s = {.r = r};

	pmu_each(r->sysfs, read_of, &s);
	return s.found;
}
