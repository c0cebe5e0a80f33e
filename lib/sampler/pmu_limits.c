// SPDX-License-Identifier: GPL-2.0-or-later
/* What a PMU can: sample at all, and how near to the instruction. */
#include <string.h>

#include "base/parse.h"
#include "sampler/pmu.h"

struct question {
	const char *sysfs;
	uint32_t type;
	unsigned n;
};

static bool
count_core(void *context, const char *pmu)
{
	struct question *q = context;

	q->n += pmu_is_core(q->sysfs, pmu);
	return false;
}

unsigned
pmu_count_cores(const char *sysfs)
{
	struct question q = {.sysfs = sysfs};

	pmu_each(sysfs, count_core, &q);
	return q.n;
}

static bool
read_precise(void *context, const char *pmu)
{
	struct question *q = context;
	bool cores = q->type == PERF_TYPE_HARDWARE || q->type == PERF_TYPE_HW_CACHE || q->type == PERF_TYPE_RAW;
	char text[PMU_TEXT];
	uint32_t type;
	uint64_t n;

	if (cores ? !pmu_is_core(q->sysfs, pmu) : pmu_type(q->sysfs, pmu, &type) || type != q->type)
		return false;
	if (!pmu_read(q->sysfs, pmu, "caps", "max_precise", text) && parse_u64(text, &n) && n <= 3)
		q->n = (unsigned)n;
	return true;
}

unsigned
pmu_max_precise(const char *sysfs, uint32_t type)
{
	struct question q = {.sysfs = sysfs, .type = type};

	pmu_each(sysfs, read_precise, &q);
	return q.n;
}

static const struct {
	const char *begin, *reason;
} refused[] = {
	{"kprobe", "functions of the kernel are kprobe:FUNC"},
	{"uprobe", "functions of a file are uprobe:FILE:FUNC"},
	{"tracepoint", "these are tracepoint:SYS:NAME"},
	{"breakpoint", "these are mem:ADDRESS"},
	{"intel_pt", "it writes a trace of its own"},
	{"intel_bts", "it writes a trace of its own"},
	{"arm_spe", "it writes a trace of its own"},
	{"cs_etm", "it writes a trace of its own"},
	{"hisi_ptt", "it writes a trace of its own"},
};

const char *
pmu_refusal(const char *sysfs, const char *pmu)
{
	char text[PMU_TEXT];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!strncmp(pmu, refused[i].begin, strlen(refused[i].begin)))
			return refused[i].reason;
	if (!pmu_read(sysfs, pmu, NULL, "cpumask", text))
		return "it counts for several cpus at once and cannot tell which code it was; perf-stat(1) can show how much";
	return NULL;
}
