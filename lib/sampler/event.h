/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf's names of events, those of perf-list(1).
 *
 *	cycles, page-faults, ...	what the kernel has a number for		event.c
 *	L1-dcache-load-misses		caches						event_cache.c
 *	r1a8				what the cpu's manual has a number for		event_cpu.c
 *	mem-loads			what a PMU lists in sysfs			event_pmu.c
 *	cpu/event=0x3c,umask=1/		what it has formats for				event_pmu.c
 *	mem:0x1000/8:rw			an address					event_cpu.c
 *	...:up, .../up			where and how exactly				event_modifiers.c
 */
#ifndef SAMPLER_EVENT_H
#define SAMPLER_EVENT_H

#include <linux/perf_event.h>
#include <stdbool.h>

#include "base/err.h"

/* Fills type, config, config1, config2, bp_*, exclude_*, precise_ip from "cycles", "page-faults:u", "cpu/event=0x3c/", ….
 * Nothing is opened. -1 with the reason for what is no event: it names what is near. */
int event_parse(const char *text, struct perf_event_attr *attr, struct err *err);

/* What is sampled when nobody says: "cycles" where there is a PMU, else "cpu-clock". */
const char *event_default(void);

/* Whether the machine can sample it. Without the permission to find out it can. */
bool event_opens(const struct perf_event_attr *attr);

/* ---- where the kernel says which PMUs it has is a parameter, for tests ---- */

#define EVENT_SYSFS "/sys/bus/event_source/devices"

int event_parse_in(const char *sysfs, const char *text, struct perf_event_attr *attr, struct err *err);

/* Each name that is known here, whether the machine can sample it or not, and its other name or NULL. */
typedef void event_visitor(void *context, const char *name, const char *alias);
void event_each(const char *sysfs, event_visitor *visit, void *context);

#endif
