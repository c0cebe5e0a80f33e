// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's names of events: those that the kernel has a number for, and which kind a name is. */
#include "sampler/event.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/nearest.h"
#include "sampler/event_parts.h"

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
	SOFTWARE("cgroup-switches", NULL, CGROUP_SWITCHES),
};

/* perf-list(1) has them, but nothing can be sampled with them. */
static const struct {
	const char *name, *reason;
} refused[] = {
	{"dummy", "it never fires"},
	{"bpf-output", "it fires when a BPF program writes to it, and none would"},
	{"duration_time", "it is a time that perf-stat(1) shows, not an event that fires"},
	{"user_time", "it is a time that perf-stat(1) shows, not an event that fires"},
	{"system_time", "it is a time that perf-stat(1) shows, not an event that fires"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct named_event *
find(const char *name)
{
	for (size_t i = 0; i < COUNT(events); i++)
		if (!strcmp(events[i].name, name) || (events[i].alias && !strcmp(events[i].alias, name)))
			return &events[i];
	return NULL;
}

bool
event_is_named(const char *name)
{
	return find(name);
}

static int
read_named(struct event_reading *r)
{
	const struct named_event *e = find(r->head);

	for (size_t i = 0; !e && i < COUNT(refused); i++)
		if (!strcmp(refused[i].name, r->head))
			return err_set(r->err, "'%s' cannot be sampled: %s", r->text, refused[i].reason);
	if (!e)
		return 0;
	r->attr->type = e->type;
	r->attr->config = e->config;
	return 1;
}

void
event_each(const char *sysfs, event_visitor *visit, void *context)
{
	for (size_t i = 0; i < COUNT(events); i++)
		visit(context, events[i].name, events[i].alias);
	event_each_cache(visit, context);
	event_each_of_pmus(sysfs, visit, context);
}

static void
offer(void *context, const char *name, const char *alias)
{
	nearest_offer(context, name, strlen(name));
	if (alias)
		nearest_offer(context, alias, strlen(alias));
}

static int
unknown(const struct event_reading *r)
{
	struct nearest nearest;
	char names[NEAREST_TEXT];

	nearest_begin(&nearest, r->head);
	event_each(r->sysfs, offer, &nearest);
	if (!nearest_text(&nearest, "", names, sizeof(names)))
		snprintf(names, sizeof(names), "cycles, cpu-clock, page-faults");
	return err_set(r->err, "'%s' is not an event; there are %s, …, perf-list(1) has them all%s; and tracepoint:SYS:NAME, "
			       "kprobe:FUNC, uprobe:FILE:FUNC, usdt:FILE:NAME", r->text, names,
		       strpbrk(r->head, "._") ? " (names of a cpu's maker are to be written PMU/event=…,umask=…/)" : "");
}

/* What is asked for first wins: perf's own names before those of a PMU, since they are the same on every machine. */
static event_reader *const readers[] = {
	event_read_breakpoint, event_read_pmu, read_named, event_read_cache, event_read_raw, event_read_alias,
};

int
event_parse_in(const char *sysfs, const char *text, struct perf_event_attr *attr, struct err *err)
{
	struct event_reading r = {.sysfs = sysfs, .text = text, .attr = attr, .err = err};
	size_t len = strcspn(text, ":");
	int known = 0;

	if (strlen(text) >= sizeof(r.head))
		return err_set(err, "'%.32s…' is not an event: it is too long for one", text);
	memcpy(r.head, text, len);
	r.modifiers = text + len;
	attr->config = attr->config1 = attr->config2 = 0;
	for (size_t i = 0; !known && i < COUNT(readers); i++)
		known = readers[i](&r);
	if (known < 0)
		return -1;
	return known ? event_modify(&r) : unknown(&r);
}

int
event_parse(const char *text, struct perf_event_attr *attr, struct err *err)
{
	return event_parse_in(EVENT_SYSFS, text, attr, err);
}

/* ---- whether there is one ---- */

bool
event_opens(const struct perf_event_attr *attr)
{
	struct perf_event_attr try = *attr;
	int fd;

	try.size = sizeof(try);
	try.disabled = 1;
	if (!try.sample_period)
		try.sample_period = 1000000;
	fd = (int)syscall(SYS_perf_event_open, &try, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 && errno == EINVAL) /* perhaps it is not to be had for a task */
		fd = (int)syscall(SYS_perf_event_open, &try, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM;
	close(fd);
	return true;
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
