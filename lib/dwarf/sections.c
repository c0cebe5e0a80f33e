// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections of a file that hold its debug information, made readable when they are first asked for.
 *
 * Two ways to compress one: SHF_COMPRESSED begins with ELF's own header (kind, size); the older ".zdebug_" begins with
 * "ZLIB" and the size as eight bytes, big-endian. Both sizes are the file's word: more than the data can become is
 * refused first, and memory is touched only as data come. */
#include "dwarf/sections.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <libdeflate.h>
#include <zstd.h>

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

enum {
	NAME_MAX_LEN = 64,
	OLD_HEADER = 12,
	ROOM_FIRST = 8,	     /* how many times the compressed bytes' room is made at first */
	DEFLATE_MOST = 1032, /* 258 bytes from two bits */
	ZSTD_MOST = 1 << 15, /* a block of 128 KiB from its header and a byte */
};

/* Larger ones are not believed, compressed or not; the debug information of a browser has 2 GiB in its largest. */
static const uint64_t SIZE_MOST = UINT64_C(4) << 30;

static const char *const section_names[] = {
#define DWARF_SECTION_NAME(id, name) name,
	DWARF_SECTIONS(DWARF_SECTION_NAME)
#undef DWARF_SECTION_NAME
};

/* What a compressed section holds. */
struct packed {
	const uint8_t *at;
	size_t size;
	uint64_t unpacked; /* bytes, as the file says */
	uint32_t kind;	   /* ELFCOMPRESS_… */
};

void
sections_init(struct dwarf_sections *s, const struct elf_file *f, bool split)
{
	*s = (struct dwarf_sections){.file = f, .split = split};
}

/* The index of packages has its plain name, as it stands beside sections of many .dwo files. */
static const struct elf_section *
find_section(const struct elf_file *f, bool split, enum dwarf_section which, char name[NAME_MAX_LEN])
{
	static const char *const prefixes[] = {".debug_", ".zdebug_"};
	const char *suffix = split && which != DWARF_CU_INDEX ? ".dwo" : "";
	const struct elf_section *found = NULL;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && !found; i++) {
		snprintf(name, NAME_MAX_LEN, "%s%s%s", prefixes[i], section_names[which], suffix);
		found = elf_section(f, name);
	}
	return found && found->type != SHT_NOBITS ? found : NULL;
}

/* ---- decompressing ---- */

/* Makes room for more of what is at most p->unpacked bytes; false when there is no memory for it. */
static bool
grow(uint8_t **to, size_t *room, const struct packed *p)
{
	uint64_t want = *room ? *room * UINT64_C(2) : p->size * (uint64_t)ROOM_FIRST;
	uint8_t *more;

	if (want > p->unpacked)
		want = p->unpacked;
	more = want <= SIZE_MAX ? realloc(*to, want ? (size_t)want : 1) : NULL;
	if (!more)
		return false;
	*to = more;
	*room = (size_t)want;
	return true;
}

static const char no_memory[] = "not enough memory to decompress it", broken[] = "its compressed data are broken",
		  lies[] = "it has not the size that it claims";

/* Memory that is not touched before there is something to write to it; in large pages, where it is large: a fault for each
 * small one would cost a tenth of all. */
static uint8_t *
get_memory(size_t size)
{
	enum { LARGE = 2 << 20 };
	void *p = NULL;

	if (size < LARGE / 2)
		return malloc(size);
	size = (size + LARGE - 1) & ~(size_t)(LARGE - 1);
	if (posix_memalign(&p, LARGE, size))
		return NULL;
	madvise(p, size, MADV_HUGEPAGE);
	return p;
}

/* Both return NULL, or what is wrong; *to is the caller's to free either way. libdeflate, as zlib takes more than twice the
 * time; it wants all memory at once. */
static const char *
unpack_zlib(const struct packed *p, uint8_t **to)
{
	struct libdeflate_decompressor *z = libdeflate_alloc_decompressor();
	enum libdeflate_result r = LIBDEFLATE_SUCCESS;

	*to = get_memory(p->unpacked);
	if (z && *to)
		r = libdeflate_zlib_decompress(z, p->at, p->size, *to, p->unpacked, NULL);
	libdeflate_free_decompressor(z);
	if (!z || !*to)
		return no_memory;
	if (r == LIBDEFLATE_BAD_DATA)
		return broken;
	return r == LIBDEFLATE_SUCCESS ? NULL : lies;
}

static const char *
unpack_zstd(const struct packed *p, uint8_t **to)
{
	ZSTD_inBuffer in = {p->at, p->size, 0};
	ZSTD_outBuffer out = {0};
	ZSTD_DStream *z = ZSTD_createDStream();
	const char *wrong = z ? NULL : no_memory;
	size_t room = 0;

	while (!wrong && out.pos < p->unpacked) {
		size_t before = in.pos + out.pos, r;

		if (out.pos == room && !grow(to, &room, p)) {
			wrong = no_memory;
			break;
		}
		out.dst = *to;
		out.size = room;
		r = ZSTD_decompressStream(z, &out, &in);
		if (ZSTD_isError(r))
			wrong = broken;
		else if (in.pos + out.pos == before)
			wrong = lies;
	}
	ZSTD_freeDStream(z);
	return wrong;
}

static const struct unpacker {
	uint64_t most; /* bytes that one compressed byte can become */
	const char *(*unpack)(const struct packed *p, uint8_t **to);
} unpackers[] = {
	[ELFCOMPRESS_ZLIB] = {DEFLATE_MOST, unpack_zlib},
	[ELFCOMPRESS_ZSTD] = {ZSTD_MOST, unpack_zstd},
};

static const char *
unpack(const struct packed *p, struct dwarf_bytes *b)
{
	const struct unpacker *u = p->kind < sizeof(unpackers) / sizeof(unpackers[0]) ? &unpackers[p->kind] : NULL;
	const char *wrong;
	uint8_t *to = NULL;

	if (!u || !u->unpack)
		return "it is compressed in an unknown way";
	if (p->unpacked > SIZE_MOST || p->unpacked / u->most > p->size)
		return lies;
	wrong = u->unpack(p, &to);
	if (wrong) {
		free(to);
		return wrong;
	}
	b->inflated = to;
	b->at = to;
	b->size = (size_t)p->unpacked;
	return NULL;
}

/* ---- reading ---- */

/* Steps over the header of a compressed section; false when there is none. */
static bool
read_header(const struct elf_file *f, const struct elf_section *section, struct packed *p)
{
	const uint8_t *at = p->at;
	size_t header = OLD_HEADER;
	Elf64_Chdr wide;
	Elf32_Chdr narrow;

	if (section->flags & SHF_COMPRESSED)
		header = f->header.wide ? sizeof(wide) : sizeof(narrow);
	if (p->size < header)
		return false;
	p->at += header;
	p->size -= header;
	if (!(section->flags & SHF_COMPRESSED)) {
		p->kind = ELFCOMPRESS_ZLIB;
		p->unpacked = 0;
		for (int i = 4; i < OLD_HEADER; i++)
			p->unpacked = p->unpacked << 8 | at[i];
	} else if (f->header.wide) {
		memcpy(&wide, at, sizeof(wide));
		p->kind = wide.ch_type;
		p->unpacked = wide.ch_size;
	} else {
		memcpy(&narrow, at, sizeof(narrow));
		p->kind = narrow.ch_type;
		p->unpacked = narrow.ch_size;
	}
	return true;
}

static bool
is_old(const struct elf_file *f, const struct elf_section *section, const char *name)
{
	return name[1] == 'z' && section->size >= OLD_HEADER && !memcmp(f->bytes + section->offset, "ZLIB", 4);
}

/* NULL, or what is wrong with the section. */
static const char *
read_section(const struct elf_file *f, const struct elf_section *section, const char *name, struct dwarf_bytes *b)
{
	struct packed p;

	if (section->offset > f->size || section->size > f->size - section->offset)
		return "it lies outside of the file";
	p = (struct packed){f->bytes + section->offset, (size_t)section->size, 0, 0};
	if (section->flags & SHF_COMPRESSED || is_old(f, section, name))
		return read_header(f, section, &p) ? unpack(&p, b) : broken;
	b->at = p.at;
	b->size = p.size;
	return NULL;
}

bool
sections_are_packed(const struct dwarf_sections *s)
{
	char name[NAME_MAX_LEN];

	for (int i = 0; i < DWARF_SECTION_COUNT; i++) {
		const struct elf_section *section = find_section(s->file, s->split, (enum dwarf_section)i, name);

		if (section && (section->flags & SHF_COMPRESSED || name[1] == 'z'))
			return true;
	}
	return false;
}

void
sections_read(struct dwarf_sections *s, enum dwarf_section which)
{
	struct dwarf_bytes *b = &s->all[which];
	const struct elf_section *section;
	char name[NAME_MAX_LEN];

	if (b->tried)
		return;
	b->tried = true;
	section = find_section(s->file, s->split, which, name);
	b->wrong = section ? read_section(s->file, section, name, b) : NULL;
}

static void
note_problem(struct dwarf_sections *s, enum dwarf_section which)
{
	char name[NAME_MAX_LEN];

	find_section(s->file, s->split, which, name);
	if (!s->problem.text[0])
		err_set(&s->problem, "%s: section %s: %s", s->file->path, name, s->all[which].wrong);
	s->all[which].wrong = NULL;
}

const struct dwarf_bytes *
sections_get(struct dwarf_sections *s, enum dwarf_section which)
{
	struct dwarf_bytes *b = &s->all[which];

	if (!b->tried)
		sections_read(s, which);
	if (b->wrong)
		note_problem(s, which);
	return b;
}

bool
sections_have_info(const struct elf_file *f, bool split)
{
	char name[NAME_MAX_LEN];

	return find_section(f, split, DWARF_INFO, name);
}

bool
sections_have(const struct elf_file *f, enum dwarf_section which)
{
	char name[NAME_MAX_LEN];

	return find_section(f, false, which, name);
}

void
sections_free(struct dwarf_sections *s)
{
	for (int i = 0; i < DWARF_SECTION_COUNT; i++)
		free(s->all[i].inflated);
	*s = (struct dwarf_sections){0};
}
