// SPDX-License-Identifier: GPL-2.0-or-later
/* A file's descriptions of frames. */
#include "unwind/describe.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/sort.h"
#include "unwind/cfa.h"
#include "unwind/machine.h"

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

/* ---- entries ---- */

/* One entry of a section, either kind. */
struct entry {
	uint64_t at;	    /* of its length */
	uint64_t id;	    /* a CIE's mark, or where an FDE says its CIE is */
	bool common;	    /* it is a CIE */
	struct cursor rest; /* what follows the id */
};

enum { WIDE = 0xffffffff };

/* Steps over the next entry; false at the end. c->bad: it lies about its length.
 *
 * An entry of length 0 is said to end the section, but where a linker has put sections together there is one in the
 * middle. The id is of 4 bytes in .eh_frame even when the length is of 8. */
static bool
next_entry(const struct section *s, struct cursor *c, struct entry *e)
{
	uint64_t length = 0, id_size = 4, mark;
	const uint8_t *id;

	while (!length && cursor_left(c) >= 4) {
		e->at = (uint64_t)(c->at - s->bytes);
		length = cursor_fixed(c, 4);
		if (!length && s->to_terminator)
			return false;
	}
	if (!length)
		return false;
	if (length == WIDE) {
		length = cursor_fixed(c, 8);
		id_size = s->eh ? 4 : 8;
	}
	e->rest = cursor_block(c, length);
	id = e->rest.at;
	e->id = cursor_fixed(&e->rest, id_size);
	mark = s->eh ? 0 : id_size == 8 ? UINT64_MAX : WIDE;
	e->common = e->id == mark && !e->rest.bad;
	if (s->eh)
		e->id = (uint64_t)(id - s->bytes) - (uint64_t)(int32_t)e->id;
	return !c->bad;
}

/* ---- CIEs ---- */

/* The letters that follow 'z', and their data. A letter that is not known ends it; what it means for the frame can be
 * done without, or 'z' would not be there. */
static bool
read_augmentation(struct common *common, struct cursor data, const char *letters)
{
	for (; *letters; letters++) {
		uint64_t unused;
		uint8_t encoding;

		switch (*letters) {
		case 'R':
			common->encoding = cursor_byte(&data);
			break;
		case 'L':
			cursor_byte(&data);
			break;
		case 'P':
			encoding = cursor_byte(&data);
			if (encoding != POINTER_OMITTED &&
			    !pointer_read(common->section, &data, encoding & ~POINTER_INDIRECT, &unused))
				return false;
			break;
		case 'S':
			common->sigframe = true;
			break;
		case 'B': /* arm64: which of two keys signs the return address */
			break;
		default:
			return !strchr(letters, 'R');
		}
	}
	return !data.bad;
}

/* Reads up to the instructions. */
static bool
read_common(struct common *common, struct cursor *c)
{
	uint8_t version = cursor_byte(c);
	const char *letters = (const char *)c->at;
	uint64_t column;

	while (cursor_byte(c))
		;
	if (c->bad || (version != 1 && version != 3 && version != 4))
		return false;
	if (!strcmp(letters, "eh"))
		cursor_fixed(c, 8), letters += 2;
	if (version == 4) {
		if (cursor_byte(c) != 8)
			return false;
		common->segment_size = cursor_byte(c);
	}
	common->code_align = cursor_uleb(c);
	common->data_align = cursor_sleb(c);
	column = version == 1 ? cursor_byte(c) : cursor_uleb(c);
	if (c->bad || column != machine.return_column || common->segment_size > 8)
		return false;
	if (!*letters)
		return true;
	common->augmented = *letters == 'z';
	return common->augmented && read_augmentation(common, cursor_block(c, cursor_uleb(c)), letters + 1) && !c->bad;
}

static void
add_common(struct descriptions *d, size_t *cap, const struct section *s, const struct entry *e)
{
	struct common common = {.at = e->at, .section = s, .encoding = POINTER_ABSOLUTE};
	struct cursor c = e->rest;

	common.usable = read_common(&common, &c);
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

	while (next_entry(r->section, &c, &e))
		if (e.common)
			add_common(r->d, &r->cap_commons, r->section, &e);
}

static void
read_descriptions(struct reading *r)
{
	struct cursor c = {r->section->bytes, r->section->bytes + r->section->size, false};
	struct entry e;

	while (next_entry(r->section, &c, &e))
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
	if (!d->n) {
		err_set(err, "%s: %s describes no frames; %" PRIu64 " descriptions are malformed or not of its code", f->path,
			sections[0].eh ? ".eh_frame" : ".debug_frame", d->skipped);
		descriptions_free(d);
		return -1;
	}
	put_in_order(d);
	return 0;
}

void
descriptions_free(struct descriptions *d)
{
	free(d->all);
	free(d->commons);
	*d = (struct descriptions){0};
}
