// SPDX-License-Identifier: GPL-2.0-or-later
/* A file's descriptions of frames. */
#include "unwind/describe.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "elf/sort.h"
#include "unwind/cfa.h"

/* ---- code ---- */

/* Real files have up to four; a search among thousands for each description would be a trap. */
static void
find_code(const struct elf_file *f, struct descriptions *d)
{
	for (uint32_t i = 0; i < f->n_segments && d->n_ranges < CODE_RANGES_MAX; i++) {
		const struct elf_segment *s = &f->segments[i];
		uint64_t size = s->file_size;

		if (s->type != PT_LOAD || !(s->flags & PF_X) || s->offset >= f->size)
			continue;
		if (size > f->size - s->offset)
			size = f->size - s->offset;
		d->ranges[d->n_ranges++] = (struct code_range){s->vaddr, size, s->offset};
	}
}

bool
code_offset(const struct descriptions *d, uint64_t vaddr, uint64_t *offset, uint64_t *end)
{
	for (size_t i = 0; i < d->n_ranges; i++) {
		const struct code_range *r = &d->ranges[i];

		if (vaddr - r->vaddr >= r->size)
			continue;
		*offset = vaddr - r->vaddr + r->offset;
		*end = r->offset + r->size;
		return true;
	}
	return false;
}

/* ---- CIEs ---- */

static void
add_common(struct descriptions *d, size_t *cap, const struct section *s, const struct entry *e)
{
	struct common common = {.at = e->at, .section = s, .encoding = POINTER_ABSOLUTE};
	struct cursor c = e->rest;

	common.usable = common_read(&common, &c);
	if (common.usable)
		cfa_common(&common, c);
	GROW(d->commons, d->n_commons, *cap);
	d->commons[d->n_commons++] = common;
}

/* The CIE at a place of a section, which has those from `low` up to `end`. */
static const struct common *
find_common(const struct descriptions *d, size_t low, size_t end, uint64_t at)
{
	size_t high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->commons[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && d->commons[low].at == at ? &d->commons[low] : NULL;
}

/* ---- FDEs ---- */

/* Reads up to the instructions. Functions that the linker has dropped are left at address 0, where no code is. */
static bool
read_description(const struct descriptions *all, struct description *d, struct cursor *c)
{
	const struct common *common = d->common;
	uint64_t vaddr, size, end;

	cursor_fixed(c, common->segment_size);
	if (!pointer_read(common->section, c, common->encoding, &vaddr) ||
	    !pointer_read(common->section, c, common->encoding & POINTER_FORMAT, &size))
		return false;
	if (common->augmented)
		cursor_block(c, cursor_uleb(c));
	if (c->bad || !vaddr || !code_offset(all, vaddr, &d->start, &end))
		return false;
	d->end = size < end - d->start ? d->start + size : end;
	d->code = *c;
	return true;
}

struct reading {
	struct descriptions *d;
	size_t cap, cap_commons;
	const struct section *section;
	size_t first, end; /* the section's CIEs */
	const struct common *last;
};

static void
add_description(struct reading *r, const struct entry *e)
{
	struct descriptions *d = r->d;
	struct description new = {.common = r->last};
	struct cursor c = e->rest;

	if (!new.common || new.common->at != e->id)
		new.common = find_common(d, r->first, r->end, e->id);
	r->last = new.common;
	if (!new.common || !new.common->usable || !read_description(d, &new, &c)) {
		d->skipped++;
		return;
	}
	if (new.start == new.end || d->n == UINT32_MAX)
		return;
	GROW(d->all, d->n, r->cap);
	d->all[d->n++] = new;
}

static void
read_commons(struct reading *r)
{
	struct cursor c = {r->section->bytes, r->section->bytes + r->section->size, false};
	struct entry e;

	while (entry_next(r->section, &c, &e))
		if (e.common)
			add_common(r->d, &r->cap_commons, r->section, &e);
}

static void
read_descriptions(struct reading *r)
{
	struct cursor c = {r->section->bytes, r->section->bytes + r->section->size, false};
	struct entry e;

	while (entry_next(r->section, &c, &e))
		if (!e.common)
			add_description(r, &e);
	r->d->skipped += c.bad;
}

/* A CIE may follow the FDEs that name it, so there are two passes. */
static void
read_sections(const struct section *sections, size_t n, struct descriptions *d)
{
	struct reading r = {.d = d};
	size_t ends[SECTIONS_MAX];

	for (size_t i = 0; i < n; i++) {
		r.section = &sections[i];
		read_commons(&r);
		ends[i] = d->n_commons;
	}
	for (size_t i = 0; i < n; i++) {
		r.section = &sections[i];
		r.first = i ? ends[i - 1] : 0;
		r.end = ends[i];
		r.last = NULL;
		read_descriptions(&r);
	}
}

/* ---- order ---- */

/* No code model of compilers puts calls farther apart. */
#define CODE_MAX (UINT64_C(2) << 30)

/* Sorts them and lets each end where the next begins, as the C++ runtime's search sees them; of those that begin at
 * one place the first in the file is kept, and .eh_frame before .debug_frame. */
static void
put_in_order(struct descriptions *d)
{
	struct sort_item *items = xreallocarray(NULL, d->n, sizeof(*items));
	struct description *sorted;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		items[i] = (struct sort_item){d->all[i].start, (uint32_t)i};
	sort_items(items, d->n);
	sorted = xreallocarray(NULL, d->n, sizeof(*sorted));
	for (size_t i = 0; i < d->n; i++) {
		const struct description *next = &d->all[items[i].index];

		if (n && sorted[n - 1].start == next->start)
			continue;
		if (next->end - d->all[items[0].index].start > CODE_MAX) {
			d->skipped++;
			continue;
		}
		if (n && sorted[n - 1].end > next->start)
			sorted[n - 1].end = next->start;
		sorted[n++] = *next;
	}
	free(items);
	free(d->all);
	d->all = sorted;
	d->n = n;
}

int
descriptions_read(const struct elf_file *f, const struct section *sections, size_t n, struct descriptions *d,
		  struct err *err)
{
	*d = (struct descriptions){0};
	find_code(f, d);
	if (!d->n_ranges)
		return err_set(err, "%s: no part of it is code", f->path);
	read_sections(sections, n, d);
	put_in_order(d);
	if (!d->n) {
		err_set(err, "%s: %s describes no frames; %" PRIu64 " descriptions are malformed or not of its code",
			f->path, sections[0].eh ? ".eh_frame" : ".debug_frame", d->skipped);
		descriptions_free(d);
		return -1;
	}
	return 0;
}

void
descriptions_free(struct descriptions *d)
{
	free(d->all);
	free(d->commons);
	*d = (struct descriptions){0};
}
