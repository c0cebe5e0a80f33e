// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says in sysfs about what counts events. */
#include "sampler/pmu.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool
pmu_name_is_good(const char *name)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

	return *name && *name != '.' && strspn(name, good) == strlen(name) && strlen(name) <= NAME_MAX;
}

int
pmu_read(const char *sysfs, const char *pmu, const char *directory, const char *file, char text[PMU_TEXT])
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	if (!pmu_name_is_good(pmu) || !pmu_name_is_good(file))
		return -1;
	if (snprintf(path, sizeof(path), "%s/%s/%s%s%s", sysfs, pmu, directory ? directory : "", directory ? "/" : "", file) >=
	    (int)sizeof(path))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, PMU_TEXT - 1);
	close(fd);
	if (n < 0)
		return -1;
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	return 0;
}

int
pmu_type(const char *sysfs, const char *pmu, uint32_t *type)
{
	char text[PMU_TEXT];
	uint64_t n;

	if (pmu_read(sysfs, pmu, NULL, "type", text) || !parse_u64(text, &n) || n > UINT32_MAX)
		return -1;
	*type = (uint32_t)n;
	return 0;
}

/* A kernel for cpus of one kind calls theirs "cpu" on x86; all others have a list of cpus, and no mask of those that count
 * for several. */
bool
pmu_is_core(const char *sysfs, const char *pmu)
{
	char text[PMU_TEXT];

	return !strcmp(pmu, "cpu") || !pmu_read(sysfs, pmu, NULL, "cpus", text);
}

/* ---- which there are ---- */

static int
good(const struct dirent *d)
{
	return pmu_name_is_good(d->d_name);
}

static int
names_in(const char *sysfs, const char *pmu, const char *directory, struct dirent ***names)
{
	char path[PATH_MAX];
	int n;

	if (snprintf(path, sizeof(path), "%s/%s/%s", sysfs, pmu, directory) >= (int)sizeof(path))
		return 0;
	n = scandir(path, names, good, alphasort);
	return n < 0 ? 0 : n;
}

static void
names_free(struct dirent **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n)
		free(names);
}

void
pmu_each(const char *sysfs, pmu_visitor *visit, void *context)
{
	struct dirent **names;
	int n = names_in(sysfs, ".", ".", &names);
	bool done = false;

	for (int core = 1; core >= 0; core--)
		for (int i = 0; i < n && !done; i++)
			if (pmu_is_core(sysfs, names[i]->d_name) == core)
				done = visit(context, names[i]->d_name);
	names_free(names, n);
}

void
pmu_each_file(const char *sysfs, const char *pmu, const char *directory, pmu_file_visitor *visit, void *context)
{
	struct dirent **names;
	int n = names_in(sysfs, pmu, directory, &names);

	for (int i = 0; i < n; i++)
		visit(context, pmu, names[i]->d_name);
	names_free(names, n);
}

/* ---- what they can ---- */

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

	for (size_t i = 0; i < COUNT(refused); i++)
		if (!strncmp(pmu, refused[i].begin, strlen(refused[i].begin)))
			return refused[i].reason;
	if (!pmu_read(sysfs, pmu, NULL, "cpumask", text))
		return "it counts for several cpus at once and cannot tell which code it was; perf-stat(1) can show how much";
	return NULL;
}
