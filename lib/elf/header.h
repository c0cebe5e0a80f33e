/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF's headers of either class as one kind of struct. Reads bytes and nothing else; what the numbers point at is
 * for the caller to check. */
#ifndef ELF_HEADER_H
#define ELF_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_HEADER_SIZE = 64, BUILD_ID_MAX = 64 };

struct elf_header {
	bool wide; /* ELFCLASS64 */
	uint16_t type, machine;
	uint64_t segments_at, sections_at; /* offsets in the file; 0: none */
	uint32_t segments, sections, section_names;
	uint32_t segment_size, section_size; /* bytes of one header */
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, file_size, memory_size, align;
};

struct elf_section {
	uint32_t name, type, link;
	uint64_t flags, vaddr, offset, size, entry_size;
};

struct elf_raw_symbol {
	uint32_t name;
	uint8_t info;
	uint16_t section;
	uint64_t value, size;
};

/* Reads the first n bytes of a file (ELF_HEADER_SIZE are enough). NULL when they are a good header of this
 * machine's byte order, else what is wrong with them. */
const char *header_read(const uint8_t *bytes, size_t n, struct elf_header *header);

/* These read segment_size, section_size and symbol_size() bytes. */
void segment_read(const struct elf_header *header, const uint8_t *bytes, struct elf_segment *segment);
void section_read(const struct elf_header *header, const uint8_t *bytes, struct elf_section *section);
void symbol_read(const struct elf_header *header, const uint8_t *bytes, struct elf_raw_symbol *symbol);
size_t symbol_size(const struct elf_header *header);

/* Finds NT_GNU_BUILD_ID among the notes of a segment or section. Returns its length, 0 when it is not there. */
size_t notes_build_id(const uint8_t *notes, size_t n, uint64_t align, uint8_t id[BUILD_ID_MAX]);

#endif
