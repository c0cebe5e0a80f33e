// SPDX-License-Identifier: GPL-2.0-or-later
/* One Java virtual machine's code heaps. */
#include "sampler/jvm.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { REFUSED = 300000000 }; /* ns before a table that found no room is tried again: room that was made is free by then */

/* ---- the first time ---- */

struct opening {
	struct jvm *jvm;
	struct elf_file *file;
};

static bool
open_libjvm(void *context, const char *path, const struct stat *st)
{
	struct opening *o = context;
	const struct backing *b = o->jvm->libjvm.backing;
	struct err err;

	(void)st;
	o->file = elf_open(path, &err);
	if (o->file && !elf_has_build_id(o->file, b->build_id, b->build_id_len)) {
		elf_close(o->file);
		o->file = NULL;
	}
	return o->file;
}

/* Heaps that there are no numbers left for are done without. */
static void
add_regions(struct jvm *v)
{
	struct hotspot_range ranges[HOTSPOT_HEAPS_MAX];
	size_t n = hotspot_ranges(v->hotspot, ranges);
	uint32_t table;

	for (v->n = 0; v->n < n && (table = tables_add(v->tables)); v->n++)
		v->regions[v->n] = (struct layout_region){ranges[v->n].start, ranges[v->n].end, table};
}

void
jvm_discover(struct jvm *v)
{
	const struct mapping *m = &v->libjvm;
	const struct place_of_file place = {
		.path = m->backing->path, .inode = m->backing->inode, .pid = (uint32_t)v->pid, .start = m->start, .end = m->end};
	struct opening o = {.jvm = v};
	uint64_t vaddr;
	struct err err;

	backing_reach(&place, open_libjvm, &o);
	if (o.file && elf_vaddr(o.file, m->page_offset, &vaddr))
		v->hotspot = hotspot_open(&v->memory, o.file, m->start - vaddr, &err);
	elf_close(o.file);
	if (v->hotspot)
		add_regions(v);
}

/* ---- each time ---- */

static void
place(struct jvm *v, size_t heap)
{
	struct unwind_table u;
	struct err err;

	v->unplaced[heap] = true;
	if (monotonic_ns() - v->refused < REFUSED || hotspot_table(v->hotspot, heap, &u))
		return;
	v->unplaced[heap] = tables_replace(v->tables, v->regions[heap].table, &u, &err) != 0;
	if (v->unplaced[heap])
		v->refused = monotonic_ns();
	unwind_free(&u);
}

bool
jvm_look(struct jvm *v, bool thorough)
{
	bool found = false;

	for (size_t i = 0; i < v->n; i++) {
		int changed = hotspot_look(v->hotspot, i, thorough);

		found |= changed > 0;
		if (changed > 0 || v->unplaced[i] || (!changed && !tables_has(v->tables, v->regions[i].table)))
			place(v, i);
	}
	return found;
}

bool
jvm_is_wanted(const struct jvm *v)
{
	bool wanted = false;

	for (size_t i = 0; i < v->n; i++)
		wanted |= tables_is_wanted(v->tables, v->regions[i].table);
	return wanted;
}

bool
jvm_is_used(const struct jvm *v)
{
	bool used = false;

	for (size_t i = 0; i < v->n; i++)
		used |= tables_is_used(v->tables, v->regions[i].table);
	return used;
}

/* ---- all of it ---- */

struct jvm *
jvm_open(struct tables *tables, uint32_t pid, const struct mapping *libjvm)
{
	struct jvm *v = xcalloc(1, sizeof(*v));

	v->tables = tables;
	v->pid = (pid_t)pid;
	v->libjvm = *libjvm;
	v->memory = (struct memory){.read = memory_of_process, .context = &v->pid};
	return v;
}

void
jvm_close(struct jvm *v)
{
	for (size_t i = 0; i < v->n; i++)
		tables_remove(v->tables, v->regions[i].table);
	if (v->hotspot)
		hotspot_close(v->hotspot);
	memory_forget(&v->memory);
	free(v);
}
