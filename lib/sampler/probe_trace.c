// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracepoints: sched:sched_switch, with a record that tracefs describes; raw_tp:sched_switch, with the kernel's own arguments. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "sampler/probe_parts.h"
#include "sampler/tracefs.h"
#include "sampler/types.h"

static int
read_id(const char *system, const char *name, uint64_t *id, struct err *err)
{
	struct buf path = {0}, text = {0};
	int status;

	buf_printf(&path, "events/%s/%s/id", system, name);
	status = tracefs_read(buf_cstr(&path), &text, err);
	if (!status && !(*id = strtoull(text.data, NULL, 10)))
		status = err_set(err, "%s:%s: tracefs has no number for it", system, name);
	buf_free(&path);
	buf_free(&text);
	return status;
}

static int
add_tracepoint(struct probes *all, enum probe_kind kind, const char *full, struct err *err)
{
	struct probe *p = probes_add(all, kind);
	size_t len = strcspn(full, ":");

	p->name = xstrdup(full);
	p->system = xstrndup(full, len);
	p->symbol = xstrdup(full + len + 1);
	return read_id(p->system, p->symbol, &p->id, err);
}

/* fnmatch(3) on both sides of the colon: a star does not reach over it. */
static bool
matches(const char *pattern, char *full)
{
	char *colon = strchr(full, ':');
	char *system = xstrndup(pattern, strcspn(pattern, ":"));
	bool match;

	*colon = 0;
	match = !fnmatch(system, full, 0) && !fnmatch(pattern + strlen(system) + 1, colon + 1, 0);
	*colon = ':';
	free(system);
	return match;
}

/* The same name in another system is the best guess. */
static int
no_such_tracepoint(const struct tracepoints *known, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	char near_it[NEAREST_TEXT];
	struct nearest near;
	char *system = xstrndup(text, strcspn(text, ":"));
	bool has_system = tracefs_has_system(system);

	free(system);
	if (is_pattern(text))
		return err_set(err, "%s matches no tracepoint", text);
	nearest_begin(&near, text);
	for (size_t i = 0; i < known->n; i++) {
		const char *full = known->names[i];
		const char *name = strchr(full, ':') + 1;

		if (colon && !strcmp(name, colon + 1))
			nearest_prefer(&near, full);
		nearest_offer_part(&near, colon ? full : name, strlen(colon ? full : name), full);
	}
	nearest_text(&near, "; near it: ", near_it, sizeof(near_it));
	if (!colon)
		return err_set(err, "%s: a tracepoint is named SYSTEM:NAME%s", text, near_it);
	return err_set(err, "%s: this kernel has no such tracepoint%s%s", text, has_system ? "" : ", nor others of this system",
		       near_it);
}

int
find_tracepoints(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	const struct tracepoints *known = tracefs_tracepoints(err);
	uint64_t found = 0;

	if (!known)
		return -1;
	for (size_t i = 0; i < known->n && strchr(text, ':'); i++) {
		if (is_pattern(text) ? !matches(text, known->names[i]) : strcmp(text, known->names[i]) != 0)
			continue;
		if (found++ < scope->max_probes && add_tracepoint(all, kind, known->names[i], err))
			return -1;
	}
	if (found > scope->max_probes)
		return probe_too_many(err, kind, text, found, "tracepoints", scope->max_probes);
	return found ? 0 : no_such_tracepoint(known, text, err);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Systems whose tracepoints exist for tracefs alone: the kernel makes them of others, or of probes. */
static bool
is_made_up(const char *full)
{
	static const char *const systems[] = {"syscalls:", "ftrace:", "kprobes:", "uprobes:", "synthetic:", "user_events:"};

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (!strncmp(full, systems[i], strlen(systems[i])))
			return true;
	return false;
}

struct names {
	const char **items;
	size_t n, cap;
};

/* From the kernel's types, which have also those that are in no system, and from tracefs, which has those of modules.
 * Without both, *err says what is missing. */
static struct names
raw_names(struct err *err)
{
	struct names names = {0};
	size_t n, kept = 0;
	const char *const *typed = types_tracepoints(&n);
	const struct tracepoints *known = tracefs_tracepoints(err);

	for (size_t i = 0; i < n; i++) {
		GROW(names.items, names.n, names.cap);
		names.items[names.n++] = typed[i];
	}
	for (size_t i = 0; known && i < known->n; i++) {
		if (is_made_up(known->names[i]))
			continue;
		GROW(names.items, names.n, names.cap);
		names.items[names.n++] = strchr(known->names[i], ':') + 1;
	}
	if (names.n)
		qsort(names.items, names.n, sizeof(*names.items), by_text);
	for (size_t i = 0; i < names.n; i++)
		if (!kept || strcmp(names.items[kept - 1], names.items[i]))
			names.items[kept++] = names.items[i];
	names.n = kept;
	return names;
}

static int
no_such_raw_tracepoint(const struct names *names, const char *text, struct err *err)
{
	const char *name = strchr(text, ':') ? strchr(text, ':') + 1 : text;
	char near_it[NEAREST_TEXT];
	struct nearest near;

	if (is_pattern(text))
		return err_set(err, "raw_tp:%s matches no raw tracepoint", text);
	if (!strncmp(name, "sys_enter_", 10) || !strncmp(name, "sys_exit_", 9))
		return err_set(err, "raw_tp:%s: system calls have two raw tracepoints for all of them, sys_enter and sys_exit; "
				    "syscalls:%s is one of its own", text, name);
	nearest_begin(&near, name);
	for (size_t i = 0; i < names->n; i++)
		nearest_offer(&near, names->items[i], strlen(names->items[i]));
	nearest_text(&near, "; near it: ", near_it, sizeof(near_it));
	return err_set(err, "raw_tp:%s: this kernel has no such raw tracepoint%s%s", text,
		       name == text ? "" : " (it takes the NAME without its system)", near_it);
}

int
find_raw_tracepoints(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	struct names names = raw_names(err);
	uint64_t found = 0;
	int status;

	for (size_t i = 0; i < names.n; i++) {
		struct buf name = {0};
		struct probe *p;

		if (is_pattern(text) ? fnmatch(text, names.items[i], 0) : strcmp(text, names.items[i]))
			continue;
		if (found++ >= scope->max_probes)
			continue;
		p = probes_add(all, kind);
		buf_printf(&name, "raw_tp:%s", names.items[i]);
		p->name = buf_cstr(&name);
		p->symbol = xstrdup(names.items[i]);
	}
	if (found > scope->max_probes)
		status = probe_too_many(err, kind, text, found, "raw tracepoints", scope->max_probes);
	else if (!found && names.n)
		status = no_such_raw_tracepoint(&names, text, err);
	else
		status = found ? 0 : -1;
	free(names.items);
	return status;
}
