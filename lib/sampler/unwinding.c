// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps what the sampling program unwinds by at the present. */
#include "sampler/unwinding.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "elf/needed.h"
#include "sampler/code.h"
#include "sampler/jit.h"
#include "sampler/layout.h"
#include "sampler/loader.h"
#include "sampler/sideband.h"
#include "sampler/tables.h"

enum {
	TARGET_WAIT = 3000,	    /* ms that the start waits for tables of the processes that were named */
	SYSTEM_WAIT = 150,	    /* and for all, when none was */
	PROMPT = -10,		    /* nice: what is late here is missing in stacks, and it is little work */
	TICK = 100000000,	    /* ns between two ages of what was given back */
	HOLD = 1000000000,	    /* ns, besides two windows, that files are held open: until the samples in them are looked at */
	RETRY = 2000000000,	    /* ns before a table that found no room is asked for again */
};

/* Where a table's binary can be reached. */
struct source {
	struct mapping mapping;
	uint32_t pid;
	uint64_t asked; /* CLOCK_MONOTONIC ns */
};

struct unwinding {
	const struct sampler_config *config;
	struct processes present;
	struct tables *tables;
	struct layout *layout;
	struct loader *loader;
	struct jit *jit;
	struct source *sources; /* by table */
	size_t n_sources, sources_cap;
	uint64_t aged;
	bool started;
};

struct unwinding *
unwinding_open(const struct sampler_config *config, struct err *err)
{
	struct unwinding *u = xcalloc(1, sizeof(*u));

	u->config = config;
	u->present.tells = true;
	u->layout = layout_open();
	u->tables = tables_open(config->unwind_memory, err);
	if (u->tables)
		return u;
	unwinding_close(u);
	return NULL;
}

void
unwinding_close(struct unwinding *u)
{
	if (u->loader)
		loader_close(u->loader);
	if (u->jit)
		jit_close(u->jit);
	if (u->tables)
		tables_close(u->tables);
	layout_close(u->layout);
	if (u->present.backings)
		processes_free(&u->present);
	free(u->sources);
	free(u);
}

int
unwinding_configure(struct unwinding *u, struct sample_bpf *skel, size_t n, struct err *err)
{
	return tables_configure(u->tables, skel, err) || layout_configure(u->layout, skel, n, err) ? -1 : 0;
}

int
unwinding_bind(struct unwinding *u, struct sample_bpf *skel, struct err *err)
{
	if (tables_bind(u->tables, skel, err) || layout_bind(u->layout, skel, err))
		return -1;
	/* On a busy machine others would have their turns of some ms first. Not being allowed to is no failure. */
	setpriority(PRIO_PROCESS, 0, PROMPT);
	u->loader = loader_open(u->tables, err);
	if (!u->loader)
		return -1;
	u->jit = jit_open(u->tables);
	return 0;
}

static bool
has_table(const struct backing *b)
{
	return (b->path[0] == '/' && strncmp(b->path, "//anon", 6)) || !strcmp(b->path, "[vdso]");
}

static void
ask(struct unwinding *u, struct source *s, bool urgent)
{
	s->asked = monotonic_ns();
	loader_ask(u->loader, &s->mapping, s->pid, urgent);
}

/* Such as what a command was expected to map, which had no build-id then. */
static bool
is_known_file(struct unwinding *u, const struct mapping *m, uint32_t pid)
{
	const struct backing *b = m->backing;
	uint64_t version = b->path[0] == '/' ? backing_find_version(&(struct place_of_file){
						       b->path, b->inode, pid, m->start, m->end})
					     : 0;

	return version && tables_share_file(u->tables, b->table, version);
}

/* Numbers the table of a backing that is met for the first time, and has it made. */
static void
number(struct unwinding *u, const struct mapping *m, uint32_t pid, bool urgent)
{
	struct backing *b = m->backing;

	if (b->table || !has_table(b))
		return;
	if (u->config->keep_files && u->started)
		backing_hold(u->present.backings, b, pid, m);
	b->table = tables_add(u->tables);
	if (!b->table)
		return;
	while (u->n_sources <= b->table) {
		GROW(u->sources, u->n_sources, u->sources_cap);
		u->sources[u->n_sources++] = (struct source){0};
	}
	u->sources[b->table] = (struct source){.mapping = *m, .pid = pid};
	if (!is_known_file(u, m, pid))
		ask(u, &u->sources[b->table], urgent);
}

static void
put(struct unwinding *u, const struct process *p, bool urgent)
{
	const struct layout_region *regions = NULL;
	size_t n = jit_regions(u->jit, p, &regions);

	for (size_t i = 0; i < p->space->n; i++)
		number(u, &p->space->mappings[i], p->pid, urgent);
	if (p->space->placed_generation != p->space->generation)
		p->space->regions_of = n ? p->pid : 0;
	layout_put(u->layout, p->pid, p->space, regions, n);
}

/* Places a space of `p` again, with the regions that this process has now. */
static void
put_again(struct unwinding *u, struct process *p)
{
	struct space *space = p->space;

	backings_release(u->present.backings, space->placed);
	space->placed = (struct extent){0};
	space->placed_generation = 0;
	space->replaced = true;
	put(u, p, true);
	for (size_t i = 0; i < u->present.n; i++)
		if (u->present.all[i]->space == space && u->present.all[i] != p)
			layout_put(u->layout, u->present.all[i]->pid, space, NULL, 0);
}

/* What a process that is gone has left to its children. */
static void
put_orphans(struct unwinding *u)
{
	uint32_t pid;

	while (jit_ended(u->jit, &pid))
		for (size_t i = 0; i < u->present.n; i++) {
			struct process *p = u->present.all[i];

			if (p->space && p->pid != pid && p->space->regions_of == pid)
				put_again(u, p);
		}
}

/* Where code that is made at run time has its tables is known now. */
static void
put_regions(struct unwinding *u, struct code_notices *notices)
{
	struct process *p;
	uint32_t pid;
	int map;

	while (jit_found(u->jit, &pid, &map)) {
		p = process_find(&u->present, pid);
		if (map >= 0)
			code_notice_map(notices, pid, map);
		if (p)
			put_again(u, p);
	}
}

/* Forks and ends need no word where the program sees them; but it may have copied what a space had before it was placed
 * again. */
static bool
is_news(const struct unwinding *u, const struct process *p)
{
	return !layout_follows(u->layout) || p->space->replaced || p->space->placed_generation != p->space->generation;
}

static void
put_changed(struct unwinding *u)
{
	struct process *p;
	uint32_t pid;

	while (processes_changed(&u->present, &pid, &p)) {
		if (!p)
			jit_gone(u->jit, pid);
		if (p && is_news(u, p))
			put(u, p, true);
		else if (!p && !layout_follows(u->layout))
			layout_drop(u->layout, pid);
	}
}

static bool
is_target(const struct sampler_config *c, uint32_t pid)
{
	return !c->pids.n || int_list_has(&c->pids, pid);
}

static void
expect(struct unwinding *u, const char *path)
{
	struct mapping m = {0};
	struct stat st = {0};

	if (path[0] == '/' && stat(path, &st))
		return;
	m.backing = backing_get(u->present.backings, &(struct identity){.path = path, .device = st.st_dev, .inode = st.st_ino,
									.version = st.st_ino ? backing_version(&st) : 0});
	number(u, &m, 0, true);
}

/* What the command will map has its tables before it is run. */
static void
expect_program(struct unwinding *u, const char *program)
{
	struct needed files;

	needed_list(program, &files);
	for (size_t i = 0; i < files.n; i++)
		expect(u, files.paths[i]);
	needed_free(&files);
	expect(u, "[vdso]");
}

void
unwinding_start(struct unwinding *u, const struct processes *now, struct code_notices *notices)
{
	u->present.backings = now->backings;
	processes_copy(&u->present, now);
	if (u->config->program)
		expect_program(u, u->config->program);
	for (int urgent = 1; urgent >= 0; urgent--)
		for (size_t i = 0; i < u->present.n; i++) {
			struct process *p = u->present.all[i];

			if (p->space && is_target(u->config, p->pid) == urgent)
				put(u, p, urgent);
		}
	put_changed(u);
	for (size_t i = 0; i < u->config->pids.n; i++)
		jit_expect(u->jit, u->config->pids.items[i]);
	loader_wait(u->loader, config_is_whole(u->config) ? SYSTEM_WAIT : TARGET_WAIT);
	jit_wait(u->jit, TARGET_WAIT);
	put_regions(u, notices);
	u->started = true;
}

void
unwinding_unknown(struct unwinding *u, uint32_t pid)
{
	struct process *p;

	process_ask(&u->present, pid);
	p = process_find(&u->present, pid);
	if (p)
		put(u, p, true);
}

/* Tables that a walk has missed: they were dropped, or found no room. */
static void
ask_wanted(struct unwinding *u, uint64_t time)
{
	for (size_t i = 1; i < u->n_sources; i++) {
		struct source *s = &u->sources[i];

		if (s->mapping.backing && time - s->asked > RETRY && tables_is_missed(u->tables, (uint32_t)i))
			ask(u, s, true);
	}
}

void
unwinding_follow(struct unwinding *u, struct sideband *sideband)
{
	sideband_follow(sideband, &u->present);
	put_changed(u);
	put_orphans(u);
	jit_follow(u->jit);
	put_regions(u, sideband_notices(sideband));
}

void
unwinding_tick(struct unwinding *u, uint32_t window)
{
	uint64_t time = monotonic_ns();

	if (time - u->aged < TICK)
		return;
	u->aged = time;
	ask_wanted(u, time);
	processes_purge(&u->present);
	put_changed(u);
	layout_age(u->layout, u->present.backings);
	backings_age(u->present.backings, 2 * u->config->interval + HOLD);
	tables_age(u->tables, window);
}

void
unwinding_account(struct unwinding *u, struct sampler_totals *t)
{
	struct tables_use use = tables_use(u->tables);

	t->tables_dropped = use.dropped;
	t->tables_refused = use.refused;
	t->tables_unreadable = loader_unreadable(u->loader);
	t->machines_unreadable = jit_unreadable(u->jit, &t->machines_why);
	t->layouts_refused = layout_refused(u->layout);
}
