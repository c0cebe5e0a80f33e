// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections of a file that describe frames. */
#include "unwind/section.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"

/* ---- addresses ---- */

enum { PC_RELATIVE = 0x10, TEXT_RELATIVE = 0x20, DATA_RELATIVE = 0x30, ALIGNED = 0x50, ADDRESS = 8 };

struct format {
	uint8_t size; /* 0: LEB128 */
	bool is_signed, valid;
};

static const struct format formats[16] = {
	[0x0] = {ADDRESS, false, true}, [0x1] = {0, false, true}, [0x2] = {2, false, true}, [0x3] = {4, false, true},
	[0x4] = {8, false, true},	[0x8] = {ADDRESS, true, true}, [0x9] = {0, true, true}, [0xa] = {2, true, true},
	[0xb] = {4, true, true},	[0xc] = {8, true, true},
};

static uint64_t
read_format(struct cursor *c, struct format format)
{
	unsigned unused = 64 - 8 * format.size;
	uint64_t value;

	if (!format.size)
		return format.is_signed ? (uint64_t)cursor_sleb(c) : cursor_uleb(c);
	value = cursor_fixed(c, format.size);
	return format.is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

bool
pointer_read(const struct section *s, struct cursor *c, uint8_t encoding, uint64_t *value)
{
	const uint64_t at = s->vaddr + (uint64_t)(c->at - s->bytes);
	const uint64_t relative_to[8] = {0, at, s->text, s->data};
	uint8_t application = encoding & POINTER_APPLICATION;
	struct format format = formats[encoding & POINTER_FORMAT];

	if (encoding == POINTER_OMITTED || !format.valid)
		return false;
	if (application == ALIGNED)
		cursor_block(c, -at % ADDRESS);
	*value = read_format(c, format) + relative_to[application >> 4];
	return !c->bad && !(encoding & POINTER_INDIRECT) && (application <= DATA_RELATIVE || application == ALIGNED);
}

/* ---- finding ---- */

enum {
	SECTION_MAX = 256 << 20, /* a file can have terabytes and yet take no room on the disk; libLLVM's are 5 MB */
	INFLATE_MAX = 8,	 /* times the file */
	GNU_HEADER = 12,
};

static bool
inside(const struct elf_file *f, uint64_t offset, uint64_t size)
{
	return offset <= f->size && size <= f->size - offset;
}

/* A file of a few bytes can claim to inflate to terabytes; frames shrink to a fourth. */
static bool
inflate_section(const struct elf_file *f, struct section *s, const uint8_t *packed, size_t size, uint64_t claimed)
{
	uLongf n = claimed;

	if (!claimed || claimed / INFLATE_MAX > f->size || claimed > SECTION_MAX)
		return false;
	s->inflated = xmalloc(claimed);
	if (uncompress(s->inflated, &n, packed, size) != Z_OK)
		n = 0;
	s->bytes = s->inflated;
	s->size = n;
	return n;
}

static bool
read_compressed(const struct elf_file *f, struct section *s, const struct elf_section *section)
{
	Elf64_Chdr header;

	if (section->size < sizeof(header) || !inside(f, section->offset, section->size))
		return false;
	memcpy(&header, f->bytes + section->offset, sizeof(header));
	return header.ch_type == ELFCOMPRESS_ZLIB &&
	       inflate_section(f, s, f->bytes + section->offset + sizeof(header), section->size - sizeof(header),
			       header.ch_size);
}

/* As it was before ELF knew of compression: "ZLIB" and the size, highest byte first. */
static bool
read_zdebug(const struct elf_file *f, struct section *s, const struct elf_section *section)
{
	size_t size;
	const uint8_t *bytes = elf_contents(f, section, &size);
	uint64_t claimed = 0;

	if (!bytes || size < GNU_HEADER || memcmp(bytes, "ZLIB", 4))
		return false;
	for (int i = 4; i < GNU_HEADER; i++)
		claimed = claimed << 8 | bytes[i];
	return inflate_section(f, s, bytes + GNU_HEADER, size - GNU_HEADER, claimed);
}

static uint64_t
section_vaddr(const struct elf_file *f, const char *name)
{
	const struct elf_section *section = elf_section(f, name);

	return section ? section->vaddr : 0;
}

static bool
read_section(const struct elf_file *f, struct section *s, const char *name)
{
	const struct elf_section *section = elf_section(f, name);

	*s = (struct section){.eh = !strcmp(name, ".eh_frame")};
	if (!section)
		return false;
	s->vaddr = section->vaddr;
	if (!strncmp(name, ".z", 2))
		return read_zdebug(f, s, section);
	if (section->flags & SHF_COMPRESSED)
		return read_compressed(f, s, section);
	s->bytes = elf_contents(f, section, &s->size);
	return s->bytes && s->size;
}

/* A file without section headers still tells the C++ runtime where its frames are: in .eh_frame_hdr. */
static bool
read_by_segment(const struct elf_file *f, struct section *s)
{
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *p = &f->segments[i];
		struct section header = {.vaddr = p->vaddr, .data = p->vaddr};
		uint64_t vaddr, offset;
		struct cursor c;

		if (p->type != PT_GNU_EH_FRAME || p->file_size < 4 || !inside(f, p->offset, p->file_size))
			continue;
		header.bytes = f->bytes + p->offset;
		c = (struct cursor){header.bytes + 4, header.bytes + p->file_size, false}; /* a version, three encodings */
		if (!pointer_read(&header, &c, header.bytes[1], &vaddr) || !elf_offset(f, vaddr, &offset) ||
		    offset >= f->size)
			continue;
		*s = (struct section){f->bytes + offset, f->size - offset, vaddr, 0, 0, true, true, NULL};
		return true;
	}
	return false;
}

size_t
frame_sections_find(const struct elf_file *f, struct section sections[SECTIONS_MAX], struct err *err)
{
	static const char *const names[] = {".eh_frame", ".debug_frame", ".zdebug_frame"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && n < SECTIONS_MAX; i++) {
		struct section *s = &sections[n];

		if (read_section(f, s, names[i]) || (!i && !elf_section(f, names[i]) && read_by_segment(f, s)))
			n++;
		else
			free(s->inflated);
	}
	for (size_t i = 0; i < n; i++) {
		sections[i].size = sections[i].size < SECTION_MAX ? sections[i].size : SECTION_MAX;
		sections[i].text = section_vaddr(f, ".text");
		sections[i].data = section_vaddr(f, ".got");
	}
	if (!n)
		err_set(err, "%s: no .eh_frame and no .debug_frame", f->path);
	return n;
}

void
frame_sections_free(struct section sections[SECTIONS_MAX], size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(sections[i].inflated);
}
