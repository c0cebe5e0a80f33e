// SPDX-License-Identifier: GPL-2.0-or-later
/* One Java virtual machine's code heaps. */
#include "sampler/jvm.h"

#include <stdlib.h>

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

static bool
add_regions(struct jvm *v)
{
	struct hotspot_range ranges[HOTSPOT_HEAPS_MAX];
	size_t n = hotspot_ranges(v->hotspot, ranges);

	for (v->n = 0; v->n < n; v->n++) {
		struct layout_region *r = &v->regions[v->n];

		*r = (struct layout_region){ranges[v->n].start, ranges[v->n].end, tables_add(v->tables)};
		if (!r->table)
			return false;
		v->wanted[v->n] = v->thorough[v->n] = true;
	}
	return true;
}

/* A machine that has only begun has no heaps yet, and will be asked again. */
static void
discover(struct jvm *v)
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
		v->state = add_regions(v) ? JVM_READ : JVM_FOREIGN;
}

/* ---- each time ---- */

static void
place(struct jvm *v, size_t heap)
{
	struct unwind_table u;
	struct err err;

	if (hotspot_table(v->hotspot, heap, &u))
		return;
	v->unplaced[heap] = tables_replace(v->tables, v->regions[heap].table, &u, &err) != 0;
	unwind_free(&u);
}

static void
look(struct jvm *v, size_t heap)
{
	int changed = hotspot_look(v->hotspot, heap, v->thorough[heap]);

	v->found[heap] = changed > 0;
	if (changed > 0 || v->unplaced[heap] || (!changed && !tables_has(v->tables, v->regions[heap].table)))
		place(v, heap);
}

void
jvm_read(struct jvm *v)
{
	if (v->state == JVM_UNREAD)
		discover(v);
	if (v->state != JVM_READ)
		return;
	for (size_t i = 0; i < v->n; i++)
		if (v->wanted[i] || v->thorough[i])
			look(v, i);
}

void
jvm_close(struct jvm *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->regions[i].table)
			tables_remove(v->tables, v->regions[i].table);
	if (v->hotspot)
		hotspot_close(v->hotspot);
	memory_forget(&v->memory);
	free(v);
}
