// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says in sysfs about what counts events. */
#include "sampler/pmu.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text_file.h"

/* Whether it may be a file's name there: nothing else is looked for. */
static bool
name_is_good(const char *name)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

	return *name && *name != '.' && strspn(name, good) == strlen(name) && strlen(name) <= NAME_MAX;
}

int
pmu_read(const char *sysfs, const char *pmu, const char *directory, const char *file, char text[PMU_TEXT])
{
	char path[PATH_MAX];

	if (!name_is_good(pmu) || !name_is_good(file))
		return -1;
	if (snprintf(path, sizeof(path), "%s/%s/%s%s%s", sysfs, pmu, directory ? directory : "", directory ? "/" : "", file) >=
	    (int)sizeof(path))
		return -1;
	return text_file_line(path, text, PMU_TEXT);
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
	return name_is_good(d->d_name);
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
