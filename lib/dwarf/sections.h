/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a file that hold its debug information, made readable when they are first asked for. */
#ifndef DWARF_SECTIONS_H
#define DWARF_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/file.h"

/* Each is also known as ".zdebug_…" (zlib, before ELF had SHF_COMPRESSED), and as ".debug_….dwo" in split files. */
#define DWARF_SECTIONS(X)                                                                                              \
	X(INFO, "info") X(ABBREV, "abbrev") X(STR, "str") X(LINE, "line") X(LINE_STR, "line_str") X(RANGES, "ranges")  \
	X(RNGLISTS, "rnglists") X(ADDR, "addr") X(STR_OFFSETS, "str_offsets") X(CU_INDEX, "cu_index")

enum dwarf_section {
#define DWARF_SECTION_ID(id, name) DWARF_##id,
	DWARF_SECTIONS(DWARF_SECTION_ID)
#undef DWARF_SECTION_ID
	DWARF_SECTION_COUNT
};

struct dwarf_bytes {
	const uint8_t *at; /* NULL: there is no such section, or it cannot be read */
	size_t size;
	uint8_t *inflated; /* private, as all below; owned */
	bool tried;
	const char *wrong; /* why it cannot be read, until that is in `problem`; NULL */
};

struct dwarf_sections {
	const struct elf_file *file; /* not owned; outlives this */
	bool split;		     /* a .dwo or .dwp file */
	struct err problem;	     /* the first that could not be read, and why; "" */
	struct dwarf_bytes all[DWARF_SECTION_COUNT];
};

void sections_init(struct dwarf_sections *s, const struct elf_file *f, bool split);

/* The bytes of a section, decompressed if need be; they live as long as `s`. */
const struct dwarf_bytes *sections_get(struct dwarf_sections *s, enum dwarf_section which);

/* Makes a section readable without asking for it. Threads may do so at a time, each for other sections. */
void sections_read(struct dwarf_sections *s, enum dwarf_section which);

bool sections_are_packed(const struct dwarf_sections *s); /* one of them is compressed */

/* Whether the file has debug information at all, without reading it; whether it has one of its sections. */
bool sections_have_info(const struct elf_file *f, bool split);
bool sections_have(const struct elf_file *f, enum dwarf_section which);

void sections_free(struct dwarf_sections *s);

#endif
