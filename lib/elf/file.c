// SPDX-License-Identifier: GPL-2.0-or-later
/* An ELF file in memory. */
#include "elf/file.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "elf/build_id.h"
#include "elf/content_id.h"
#include "elf/root.h"

static bool
inside(const struct elf_file *f, uint64_t offset, uint64_t size)
{
	return offset <= f->size && size <= f->size - offset;
}

/* ---- opening ---- */

/* Files with 65,535 headers or more keep the numbers in the first section. */
static void
large_numbers(struct elf_file *f)
{
	struct elf_header *h = &f->header;
	struct elf_section first;

	if (!h->sections_at || !inside(f, h->sections_at, h->section_size))
		return;
	section_read(h, f->bytes + h->sections_at, &first);
	if (!h->sections)
		h->sections = first.size < UINT32_MAX ? (uint32_t)first.size : 0;
	if (h->section_names == SHN_XINDEX)
		h->section_names = first.link;
}

static void
read_segments(struct elf_file *f)
{
	const struct elf_header *h = &f->header;

	if (!h->segments || !inside(f, h->segments_at, (uint64_t)h->segments * h->segment_size))
		return;
	f->segments = xreallocarray(NULL, h->segments, sizeof(*f->segments));
	f->n_segments = h->segments;
	for (uint32_t i = 0; i < h->segments; i++)
		segment_read(h, f->bytes + h->segments_at + (size_t)i * h->segment_size, &f->segments[i]);
}

static void
read_sections(struct elf_file *f)
{
	const struct elf_header *h = &f->header;

	if (!h->sections || !inside(f, h->sections_at, (uint64_t)h->sections * h->section_size))
		return;
	f->sections = xreallocarray(NULL, h->sections, sizeof(*f->sections));
	f->n_sections = h->sections;
	for (uint32_t i = 0; i < h->sections; i++)
		section_read(h, f->bytes + h->sections_at + (size_t)i * h->section_size, &f->sections[i]);
}

/* objcopy --only-keep-debug leaves the program headers but not where the segments were in the file. Linkers put
 * each at the first offset that is free and equal to its address modulo the page size; so do we. */
static void
lay_out_again(struct elf_file *f)
{
	bool stripped = false;
	uint64_t at = 0;

	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		stripped |=
			s->type == PT_LOAD && s->flags & PF_X && !(s->flags & PF_W) && s->file_size < s->memory_size;
	}
	for (uint32_t i = 0; i < f->n_segments && stripped; i++) {
		struct elf_segment *s = &f->segments[i];

		if (s->type != PT_LOAD || s->flags & PF_W)
			continue;
		if (s->align)
			at += (s->vaddr - at) % s->align;
		s->offset = at;
		s->file_size = s->memory_size;
		at += s->file_size;
	}
}

static void
find_build_id(struct elf_file *f)
{
	for (uint32_t i = 0; i < f->n_segments && !f->build_id_len; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (s->type == PT_NOTE && inside(f, s->offset, s->file_size))
			f->build_id_len =
				notes_build_id(f->bytes + s->offset, (size_t)s->file_size, s->align, f->build_id);
	}
	for (uint32_t i = 0; i < f->n_sections && !f->build_id_len; i++) {
		size_t size;
		const uint8_t *notes = f->sections[i].type == SHT_NOTE ? elf_contents(f, &f->sections[i], &size) : NULL;

		if (notes)
			f->build_id_len = notes_build_id(notes, size, 4, f->build_id);
	}
}

/* Reads the headers; closes the file when they are bad. */
static struct elf_file *
read_headers(struct elf_file *f, struct err *err)
{
	const char *wrong = header_read(f->bytes, f->size, &f->header);

	if (wrong) {
		err_set(err, "%s: %s", f->path, wrong);
		elf_close(f);
		return NULL;
	}
	large_numbers(f);
	read_segments(f);
	read_sections(f);
	find_build_id(f);
	lay_out_again(f);
	return f;
}

struct elf_file *
elf_from_memory(const void *image, size_t size, const char *name, struct err *err)
{
	struct elf_file *f = xcalloc(1, sizeof(*f));

	f->path = xstrdup(name);
	f->bytes = image;
	f->size = size;
	return read_headers(f, err);
}

/* Maps what is open and closes it. */
static struct elf_file *
map_file(int fd, char *path, struct err *err)
{
	struct elf_file *f;
	struct stat st;
	void *map = MAP_FAILED;

	if (!fstat(fd, &st) && st.st_size)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	else
		errno = 0;
	if (map == MAP_FAILED) {
		err_set(err, errno ? "%s:" : "%s: empty", path);
		close(fd);
		free(path);
		return NULL;
	}
	close(fd);
	f = xcalloc(1, sizeof(*f));
	f->path = path;
	f->bytes = map;
	f->size = (size_t)st.st_size;
	f->mapped = true;
	return read_headers(f, err);
}

struct elf_file *
elf_open(const char *path, struct err *err)
{
	int fd = elf_open_fd(path, err);

	return fd < 0 ? NULL : map_file(fd, xstrdup(path), err);
}

struct elf_file *
elf_open_in(const char *root, const char *path, struct err *err)
{
	struct buf whole = {0};
	int fd = root_open_fd(root, path, err);

	if (fd < 0)
		return NULL;
	buf_printf(&whole, "%s%s", root, path);
	return map_file(fd, buf_cstr(&whole), err);
}

void
elf_close(struct elf_file *f)
{
	if (!f)
		return;
	if (f->mapped)
		munmap((void *)f->bytes, f->size);
	free(f->owned);
	free(f->path);
	free(f->segments);
	free(f->sections);
	free(f);
}

/* ---- places ---- */

/* The loaded segment with `place` in it, an executable one if there is a choice. */
static const struct elf_segment *
segment_at(const struct elf_file *f, uint64_t place, bool by_offset)
{
	const struct elf_segment *found = NULL;

	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];
		uint64_t start = by_offset ? s->offset : s->vaddr;

		if (s->type != PT_LOAD || place < start || place - start >= s->file_size)
			continue;
		if (s->flags & PF_X)
			return s;
		if (!found)
			found = s;
	}
	return found;
}

bool
elf_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr)
{
	const struct elf_segment *s = segment_at(f, offset, true);

	if (s)
		*vaddr = offset - s->offset + s->vaddr;
	return s;
}

bool
elf_offset(const struct elf_file *f, uint64_t vaddr, uint64_t *offset)
{
	const struct elf_segment *s = segment_at(f, vaddr, false);

	if (s)
		*offset = vaddr - s->vaddr + s->offset;
	return s;
}

bool
elf_is_code(const struct elf_file *f, uint64_t vaddr)
{
	const struct elf_segment *s = segment_at(f, vaddr, false);

	return s && s->flags & PF_X;
}

/* ---- sections ---- */

static bool
is_named(const struct elf_file *f, const struct elf_section *section, const char *name)
{
	size_t size, len = strlen(name) + 1;
	const uint8_t *names;

	if (f->header.section_names >= f->n_sections)
		return false;
	names = elf_contents(f, &f->sections[f->header.section_names], &size);
	return names && section->name < size && len <= size - section->name &&
	       !memcmp(names + section->name, name, len);
}

const struct elf_section *
elf_section(const struct elf_file *f, const char *name)
{
	for (uint32_t i = 1; i < f->n_sections; i++)
		if (is_named(f, &f->sections[i], name))
			return &f->sections[i];
	return NULL;
}

const uint8_t *
elf_contents(const struct elf_file *f, const struct elf_section *section, size_t *size)
{
	if (section->type == SHT_NOBITS || section->type == SHT_NULL || section->flags & SHF_COMPRESSED ||
	    !inside(f, section->offset, section->size))
		return NULL;
	*size = (size_t)section->size;
	return f->bytes + section->offset;
}

bool
elf_has_build_id(const struct elf_file *f, const uint8_t *id, size_t len)
{
	uint8_t content[CONTENT_ID];

	if (!len || (f->build_id_len == len && !memcmp(f->build_id, id, len)))
		return true;
	if (f->build_id_len || !is_content_id(id, len))
		return false;
	content_id_of(f, content);
	return !memcmp(content, id, len);
}
