// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF's headers of either class as one kind of struct. */
#include "elf/header.h"

#include <elf.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { BYTE_ORDER_HERE = ELFDATA2LSB };
#else
enum { BYTE_ORDER_HERE = ELFDATA2MSB };
#endif

#define TAKE_HEADER(class)                                                                                             \
	do {                                                                                                           \
		Elf##class##_Ehdr e;                                                                                   \
                                                                                                                       \
		memcpy(&e, bytes, sizeof(e));                                                                          \
		h->type = e.e_type;                                                                                    \
		h->machine = e.e_machine;                                                                              \
		h->segments_at = e.e_phoff;                                                                            \
		h->sections_at = e.e_shoff;                                                                            \
		h->segments = e.e_phoff ? e.e_phnum : 0;                                                               \
		h->sections = e.e_shoff ? e.e_shnum : 0;                                                               \
		h->section_names = e.e_shstrndx;                                                                       \
		h->segment_size = sizeof(Elf##class##_Phdr);                                                           \
		h->section_size = sizeof(Elf##class##_Shdr);                                                           \
		if (h->segments && e.e_phentsize != h->segment_size)                                                   \
			return "ELF program headers of an unknown size";                                               \
		if (h->sections && e.e_shentsize != h->section_size)                                                   \
			h->sections = 0;                                                                               \
	} while (0)

const char *
header_read(const uint8_t *bytes, size_t n, struct elf_header *h)
{
	if (n < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG))
		return "not an ELF file";
	if (n < sizeof(Elf32_Ehdr) || (bytes[EI_CLASS] == ELFCLASS64 && n < sizeof(Elf64_Ehdr)))
		return "ELF header cut short";
	if (bytes[EI_CLASS] != ELFCLASS64 && bytes[EI_CLASS] != ELFCLASS32)
		return "ELF file of an unknown class";
	if (bytes[EI_DATA] != BYTE_ORDER_HERE)
		return "ELF file of another byte order";
	*h = (struct elf_header){.wide = bytes[EI_CLASS] == ELFCLASS64};
	if (h->wide)
		TAKE_HEADER(64);
	else
		TAKE_HEADER(32);
	return NULL;
}

#define TAKE_SEGMENT(class)                                                                                            \
	do {                                                                                                           \
		Elf##class##_Phdr p;                                                                                   \
                                                                                                                       \
		memcpy(&p, bytes, sizeof(p));                                                                          \
		*s = (struct elf_segment){                                                                             \
			p.p_type, p.p_flags, p.p_offset, p.p_vaddr, p.p_filesz, p.p_memsz, p.p_align};                 \
	} while (0)

void
segment_read(const struct elf_header *h, const uint8_t *bytes, struct elf_segment *s)
{
	if (h->wide)
		TAKE_SEGMENT(64);
	else
		TAKE_SEGMENT(32);
}

#define TAKE_SECTION(class)                                                                                            \
	do {                                                                                                           \
		Elf##class##_Shdr r;                                                                                   \
                                                                                                                       \
		memcpy(&r, bytes, sizeof(r));                                                                          \
		*s = (struct elf_section){r.sh_name, r.sh_type,	  r.sh_link, r.sh_flags,                               \
					  r.sh_addr, r.sh_offset, r.sh_size, r.sh_entsize};                            \
	} while (0)

void
section_read(const struct elf_header *h, const uint8_t *bytes, struct elf_section *s)
{
	if (h->wide)
		TAKE_SECTION(64);
	else
		TAKE_SECTION(32);
}

#define TAKE_SYMBOL(class)                                                                                             \
	do {                                                                                                           \
		Elf##class##_Sym y;                                                                                    \
                                                                                                                       \
		memcpy(&y, bytes, sizeof(y));                                                                          \
		*s = (struct elf_raw_symbol){y.st_name, y.st_info, y.st_shndx, y.st_value, y.st_size};                 \
	} while (0)

void
symbol_read(const struct elf_header *h, const uint8_t *bytes, struct elf_raw_symbol *s)
{
	if (h->wide)
		TAKE_SYMBOL(64);
	else
		TAKE_SYMBOL(32);
}

size_t
symbol_size(const struct elf_header *h)
{
	return h->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

/* A note is three words (lengths of name and contents, type), the name, the contents; both padded. */
size_t
notes_build_id(const uint8_t *notes, size_t n, uint64_t align, uint8_t id[BUILD_ID_MAX])
{
	uint64_t pad = align == 8 ? 7 : 3, at = 0;

	while (at + sizeof(Elf64_Nhdr) <= n) {
		Elf64_Nhdr head;
		uint64_t name = at + sizeof(head), contents;

		memcpy(&head, notes + at, sizeof(head));
		contents = (name + head.n_namesz + pad) & ~pad;
		if (contents > n || head.n_descsz > n - contents)
			return 0;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && !memcmp(notes + name, "GNU", 4) &&
		    head.n_descsz && head.n_descsz <= BUILD_ID_MAX) {
			memcpy(id, notes + contents, head.n_descsz);
			return head.n_descsz;
		}
		at = (contents + head.n_descsz + pad) & ~pad;
	}
	return 0;
}
