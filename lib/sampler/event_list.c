// SPDX-License-Identifier: GPL-2.0-or-later
/* The events that this machine's PMUs list. */
#include <stdio.h>
#include <string.h>

#include "sampler/event_parts.h"
#include "sampler/pmu.h"

struct listing {
	const char *sysfs;
	bool core;
	event_visitor *visit;
	void *context;
};

/* Besides its events there are files about some: NAME.scale, NAME.unit. What has a name of perf's own stands there. */
static void
list_event(void *context, const char *pmu, const char *name)
{
	const struct listing *l = context;
	char full[EVENT_TEXT];

	if (strchr(name, '.') || (l->core && event_is_named(name)))
		return;
	if (snprintf(full, sizeof(full), "%s/%s/", pmu, name) < (int)sizeof(full))
		l->visit(l->context, full, name);
}

static bool
list_pmu(void *context, const char *pmu)
{
	struct listing *l = context;

	l->core = pmu_is_core(l->sysfs, pmu);
	if (!pmu_refusal(l->sysfs, pmu))
		pmu_each_file(l->sysfs, pmu, "events", list_event, l);
	return false;
}

void
event_each_of_pmus(const char *sysfs, event_visitor *visit, void *context)
{
	struct listing l = {.sysfs = sysfs, .visit = visit, .context = context};

	pmu_each(sysfs, list_pmu, &l);
}
