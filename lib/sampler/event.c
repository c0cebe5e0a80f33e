// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's names of hardware and software events; the list of perf-list(1). */
#include "sampler/event.h"

#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct named_event {
	const char *name, *alias;
	uint32_t type;
	uint64_t config;
};

#define HARDWARE(name, alias, id) {name, alias, PERF_TYPE_HARDWARE, PERF_COUNT_HW_##id}
#define SOFTWARE(name, alias, id) {name, alias, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##id}

static const struct named_event events[] = {
	HARDWARE("cycles", "cpu-cycles", CPU_CYCLES),
	HARDWARE("instructions", NULL, INSTRUCTIONS),
	HARDWARE("cache-references", NULL, CACHE_REFERENCES),
	HARDWARE("cache-misses", NULL, CACHE_MISSES),
	HARDWARE("branches", "branch-instructions", BRANCH_INSTRUCTIONS),
	HARDWARE("branch-misses", NULL, BRANCH_MISSES),
	HARDWARE("bus-cycles", NULL, BUS_CYCLES),
	HARDWARE("stalled-cycles-frontend", "idle-cycles-frontend", STALLED_CYCLES_FRONTEND),
	HARDWARE("stalled-cycles-backend", "idle-cycles-backend", STALLED_CYCLES_BACKEND),
	HARDWARE("ref-cycles", NULL, REF_CPU_CYCLES),
	SOFTWARE("cpu-clock", NULL, CPU_CLOCK),
	SOFTWARE("task-clock", NULL, TASK_CLOCK),
	SOFTWARE("page-faults", "faults", PAGE_FAULTS),
	SOFTWARE("context-switches", "cs", CONTEXT_SWITCHES),
	SOFTWARE("cpu-migrations", "migrations", CPU_MIGRATIONS),
	SOFTWARE("minor-faults", NULL, PAGE_FAULTS_MIN),
	SOFTWARE("major-faults", NULL, PAGE_FAULTS_MAJ),
	SOFTWARE("alignment-faults", NULL, ALIGNMENT_FAULTS),
	SOFTWARE("emulation-faults", NULL, EMULATION_FAULTS),
};

static const struct named_event *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		const struct named_event *e = &events[i];

		if ((strlen(e->name) == len && !memcmp(e->name, name, len)) ||
		    (e->alias && strlen(e->alias) == len && !memcmp(e->alias, name, len)))
			return e;
	}
	return NULL;
}

int
event_parse(const char *name, struct perf_event_attr *attr, struct err *err)
{
	const char *modifiers = strchrnul(name, ':');
	const struct named_event *e = find(name, (size_t)(modifiers - name));

	if (!e)
		return err_set(err, "'%s' is not an event; perf's hardware and software events are: cycles, instructions, "
				    "cache-misses, branch-misses, cpu-clock, task-clock, page-faults, context-switches, …",
			       name);
	attr->type = e->type;
	attr->config = e->config;
	if (!*modifiers)
		return 0;
	modifiers++;
	if (!*modifiers || strspn(modifiers, "uk") != strlen(modifiers))
		return err_set(err, "'%s': the modifiers are :u (user) and :k (kernel)", name);
	attr->exclude_user = !strchr(modifiers, 'u');
	attr->exclude_kernel = !strchr(modifiers, 'k');
	return 0;
}

const char *
event_default(void)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .type = PERF_TYPE_HARDWARE, .disabled = 1};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return "cpu-clock";
	close(fd);
	return "cycles";
}
