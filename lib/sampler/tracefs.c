// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's tracing files: where they are, and which tracepoints there are. */
#include "sampler/tracefs.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"
#include "sampler/mounts.h"
#include "sampler/trace_format.h"

static const char usual[] = "/sys/kernel/tracing";

static char *directory;
static struct tracepoints tracepoints;

static bool
is_tracefs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == TRACEFS_MAGIC;
}

/* Where tracefs is mounted, or NULL. We mount nothing by ourselves. */
static const char *
where(void)
{
	/* debugfs mounts tracefs there when somebody looks. */
	static const char below_debugfs[] = "/sys/kernel/debug/tracing";

	if (directory)
		return directory;
	if (is_tracefs(usual))
		directory = xstrdup(usual);
	else if (!(directory = mounts_find("tracefs")) && !access("/sys/kernel/debug/tracing/events", F_OK))
		directory = xstrdup(below_debugfs);
	return directory;
}

static int
not_mounted(struct err *err)
{
	if (access(usual, F_OK))
		return err_set(err, "this kernel has no tracepoints: there is no %s (CONFIG_TRACING)", usual);
	return err_set(err, "tracepoints need tracefs, which is not mounted: type 'mount -t tracefs tracefs %s'", usual);
}

int
tracefs_read(const char *file, struct buf *text, struct err *err)
{
	struct buf path = {0};
	int status = 0;

	if (!where())
		return not_mounted(err);
	buf_printf(&path, "%s/%s", directory, file);
	if (text_file_read(buf_cstr(&path), text)) {
		if ((errno == EACCES || errno == EPERM) && geteuid())
			status = err_set(err, "%s: not permitted: tracefs is for root alone (run as root, or let a group read it: "
					      "'mount -o remount,mode=750,gid=GROUP %s')", path.data, directory);
		else
			status = err_set(err, "%s:", path.data);
	}
	buf_free(&path);
	return status;
}

const struct tracepoints *
tracefs_tracepoints(struct err *err)
{
	struct buf text = {0};
	char *at, *line;

	if (tracepoints.n)
		return &tracepoints;
	if (!tracefs_read("available_events", &text, err)) {
		at = text.data;
		while ((line = line_next(&at))) {
			if (!strchr(line, ':'))
				continue;
			GROW(tracepoints.names, tracepoints.n, tracepoints.cap);
			tracepoints.names[tracepoints.n++] = xstrdup(line);
		}
		if (!tracepoints.n)
			err_set(err, "%s/available_events: there are no tracepoints in it", directory);
	}
	buf_free(&text);
	return tracepoints.n ? &tracepoints : NULL;
}

bool
tracefs_has_system(const char *pattern)
{
	struct err ignored;
	const struct tracepoints *all = tracefs_tracepoints(&ignored);
	const char *before = "";
	size_t before_len = 0;

	for (size_t i = 0; all && i < all->n; i++) {
		char *name = all->names[i];
		size_t len = strcspn(name, ":");
		bool matches;

		if (len == before_len && !strncmp(name, before, len))
			continue;
		before = name;
		before_len = len;
		name[len] = 0;
		matches = !fnmatch(pattern, name, 0);
		name[len] = ':';
		if (matches)
			return true;
	}
	return false;
}

void
tracefs_forget(void)
{
	for (size_t i = 0; i < tracepoints.n; i++)
		free(tracepoints.names[i]);
	free(tracepoints.names);
	tracepoints = (struct tracepoints){0};
	free(directory);
	directory = NULL;
	trace_format_forget();
}
