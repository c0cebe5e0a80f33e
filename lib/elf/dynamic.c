// SPDX-License-Identifier: GPL-2.0-or-later
/* The dynamic segment, and the name of the interpreter. */
#include "elf/dynamic.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { TAGS_MAX = 4096 };

struct strings {
	const char *bytes;
	size_t size;
};

static const struct elf_segment *
segment_of(const struct elf_file *f, uint32_t type)
{
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (s->type == type && s->offset < f->size && s->file_size && s->file_size <= f->size - s->offset)
			return s;
	}
	return NULL;
}

/* The string at an offset; NULL when it is empty or does not end. */
static const char *
string_at(const struct strings *s, uint64_t offset)
{
	if (offset >= s->size || !s->bytes[offset] || !memchr(s->bytes + offset, 0, s->size - (size_t)offset))
		return NULL;
	return s->bytes + offset;
}

static struct strings
find_strings(const struct elf_file *f, const Elf64_Dyn *tags, size_t n)
{
	struct strings s = {0};
	uint64_t offset;

	for (size_t i = 0; i < n; i++)
		if (tags[i].d_tag == DT_STRTAB && elf_offset(f, tags[i].d_un.d_ptr, &offset) && offset < f->size)
			s = (struct strings){(const char *)f->bytes + offset, f->size - (size_t)offset};
	for (size_t i = 0; i < n; i++)
		if (tags[i].d_tag == DT_STRSZ && tags[i].d_un.d_val < s.size)
			s.size = (size_t)tags[i].d_un.d_val;
	return s;
}

static void
add_needed(struct dynamic *d, const char *name)
{
	if (!name || d->n_needed == DYNAMIC_NEEDED)
		return;
	if (!d->needed)
		d->needed = xcalloc(DYNAMIC_NEEDED, sizeof(*d->needed));
	d->needed[d->n_needed++] = name;
}

static void
read_tag(struct dynamic *d, const struct strings *s, const Elf64_Dyn *tag)
{
	switch (tag->d_tag) {
	case DT_NEEDED:
	case DT_AUXILIARY:
	case DT_FILTER:
		add_needed(d, string_at(s, tag->d_un.d_val));
		break;
	case DT_SONAME:
		d->soname = string_at(s, tag->d_un.d_val);
		break;
	case DT_RPATH:
		d->rpath = string_at(s, tag->d_un.d_val);
		break;
	case DT_RUNPATH:
		d->runpath = string_at(s, tag->d_un.d_val);
		break;
	case DT_FLAGS_1:
		d->no_default = tag->d_un.d_val & DF_1_NODEFLIB;
		break;
	}
}

/* Copied, because its place in the file may be odd. */
static size_t
copy_tags(const struct elf_file *f, const struct elf_segment *segment, Elf64_Dyn *tags)
{
	size_t n = (size_t)segment->file_size / sizeof(*tags);

	if (n > TAGS_MAX)
		n = TAGS_MAX;
	memcpy(tags, f->bytes + segment->offset, n * sizeof(*tags));
	for (size_t i = 0; i < n; i++)
		if (tags[i].d_tag == DT_NULL)
			return i;
	return n;
}

void
dynamic_read(const struct elf_file *f, struct dynamic *d)
{
	const struct elf_segment *interp = segment_of(f, PT_INTERP), *dynamic = segment_of(f, PT_DYNAMIC);
	struct strings s;
	Elf64_Dyn *tags;
	size_t n;

	*d = (struct dynamic){0};
	if (interp) {
		s = (struct strings){(const char *)f->bytes + interp->offset, (size_t)interp->file_size};
		d->interpreter = string_at(&s, 0);
	}
	if (!dynamic || !f->header.wide)
		return;
	tags = xreallocarray(NULL, TAGS_MAX, sizeof(*tags));
	n = copy_tags(f, dynamic, tags);
	s = find_strings(f, tags, n);
	for (size_t i = 0; i < n; i++)
		read_tag(d, &s, &tags[i]);
	free(tags);
}

void
dynamic_free(struct dynamic *d)
{
	free(d->needed);
	*d = (struct dynamic){0};
}
