// SPDX-License-Identifier: GPL-2.0-or-later
/* One Java virtual machine's code heaps. */
#include "sampler/jvm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

enum {
	REFUSED = 300000000, /* ns before a table that found no room is tried again: room that was made is free by then */
	MAP_MOST = 64 << 20, /* bytes of a map */
};

/* ---- names ---- */

static void
note_code(void *context, uint64_t start, uint64_t size, const char *name, size_t len)
{
	struct jvm *v = context;

	if (v->lines.len > MAP_MOST)
		return;
	buf_printf(&v->lines, "%llx %llx ", (unsigned long long)start, (unsigned long long)size);
	buf_add(&v->lines, name, len);
	buf_char(&v->lines, '\n');
}

/* What does not fit is left out: code that is made and thrown away all the time may have no end. */
static void
write_map(struct jvm *v)
{
	size_t done = 0;

	while (v->map >= 0 && v->map_size + v->lines.len <= MAP_MOST && done < v->lines.len) {
		ssize_t n = write(v->map, v->lines.data + done, v->lines.len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	v->map_size += done;
	v->lines.len = 0;
}

static void
begin_map(struct jvm *v)
{
	v->map = memfd_create("perf-map", MFD_CLOEXEC);
	if (v->map >= 0)
		hotspot_on_code(v->hotspot, note_code, v);
}

/* ---- the first time ---- */

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
	struct elf_file *f = backing_open(&place, v->build_id, v->build_id_len, &(struct stat){0});
	uint64_t vaddr;

	if (!f)
		err_set(&v->why, "%s: it cannot be opened, or is another one by now", m->backing->path);
	else if (!elf_vaddr(f, m->page_offset, &vaddr))
		err_set(&v->why, "%s: it has no such code", m->backing->path);
	else
		v->hotspot = hotspot_open(&v->memory, f, m->start - vaddr, &v->why);
	elf_close(f);
	if (v->hotspot) {
		add_regions(v);
		begin_map(v);
	}
}

/* ---- each time ---- */

static void
place(struct jvm *v, size_t heap)
{
	struct unwind_table u;
	struct err err;

	if (v->retry[heap] > monotonic_ns())
		return;
	if (hotspot_table(v->hotspot, heap, &u)) {
		v->retry[heap] = monotonic_ns() + REFUSED;
		return;
	}
	v->retry[heap] = tables_replace(v->tables, v->regions[heap].table, &u, &err) ? monotonic_ns() + REFUSED : 0;
	unwind_free(&u);
}

bool
jvm_look(struct jvm *v, bool thorough)
{
	bool found = false;

	for (size_t i = 0; i < v->n && !__atomic_load_n(v->stop, __ATOMIC_RELAXED); i++) {
		int changed = hotspot_look(v->hotspot, i, thorough);

		found |= changed > 0;
		if (changed > 0 || (!changed && (v->retry[i] || !tables_has(v->tables, v->regions[i].table))))
			place(v, i);
	}
	write_map(v);
	return found;
}

/* Whether any heap's table is; all are asked, since asking may change the answer. */
static bool
any(const struct jvm *v, bool (*is)(struct tables *t, uint32_t table))
{
	bool found = false;

	for (size_t i = 0; i < v->n; i++)
		found |= is(v->tables, v->regions[i].table);
	return found;
}

bool
jvm_is_wanted(const struct jvm *v)
{
	return any(v, tables_is_wanted);
}

bool
jvm_is_used(const struct jvm *v)
{
	return any(v, tables_is_used);
}

/* ---- all of it ---- */

struct jvm *
jvm_open(struct tables *tables, uint32_t pid, const struct mapping *libjvm, const bool *stop)
{
	struct jvm *v = xcalloc(1, sizeof(*v));

	v->tables = tables;
	v->pid = (pid_t)pid;
	v->libjvm = *libjvm;
	v->build_id_len = libjvm->backing->build_id_len;
	memcpy(v->build_id, libjvm->backing->build_id, v->build_id_len);
	v->stop = stop;
	v->map = -1;
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
	if (v->map >= 0)
		close(v->map);
	buf_free(&v->lines);
	memory_forget(&v->memory);
	free(v);
}
