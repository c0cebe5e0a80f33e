/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says in sysfs about what counts events: PMU/type, PMU/format/TERM, PMU/events/NAME. */
#ifndef SAMPLER_PMU_H
#define SAMPLER_PMU_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PMU_TEXT = 4096 }; /* sysfs has files up to a page */

/* The first line of PMU/file, or of PMU/directory/file; directory: NULL for none. -1: there is none. */
int pmu_read(const char *sysfs, const char *pmu, const char *directory, const char *file, char text[PMU_TEXT]);

int pmu_type(const char *sysfs, const char *pmu, uint32_t *type); /* -1: there is no such PMU */

/* All PMUs by name, those of the cpus first. They end when `visit` returns true. */
typedef bool pmu_visitor(void *context, const char *pmu);
void pmu_each(const char *sysfs, pmu_visitor *visit, void *context);

/* The names in PMU/directory in order; none when there is no such directory. */
typedef void pmu_file_visitor(void *context, const char *pmu, const char *name);
void pmu_each_file(const char *sysfs, const char *pmu, const char *directory, pmu_file_visitor *visit, void *context);

bool pmu_is_core(const char *sysfs, const char *pmu); /* it is the cpu's */
unsigned pmu_count_cores(const char *sysfs);	      /* how many of these; 2: cpus are of two kinds */
unsigned pmu_max_precise(const char *sysfs, uint32_t type); /* the largest precise_ip, 0 to 3, of events of this type */

/* Why it cannot sample; NULL: as far as is known it can. */
const char *pmu_refusal(const char *sysfs, const char *pmu);

/* Puts the value into the bits of attr that a format, as "config:0-7,32-35", names. 1: it is larger than *most; -1: the
 * format is not one. */
int pmu_put(struct perf_event_attr *attr, const char *format, uint64_t value, uint64_t *most);

#endif
