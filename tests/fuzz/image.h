/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file around bytes that are to be fuzzed, so that these get past its headers. */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/file.h"

enum { IMAGE_SECTIONS = 8, IMAGE_NAMES = 256, IMAGE_BYTES_AT = 2048, IMAGE_VADDR = 0x400000 };

struct image_section {
	const char *name;
	uint32_t type;
	uint64_t flags;
	uint32_t link; /* number of another, from 1 on */
	const void *bytes;
	size_t size;
};

/* The whole file is one executable segment. Bytes that end with the last section end where the memory does, so that one too
 * far is seen. To be freed. */
static inline uint8_t *
image_make(const struct image_section *sections, unsigned n, uint16_t machine, size_t *size)
{
	char names[IMAGE_NAMES] = "";
	size_t names_len = 1, at = IMAGE_BYTES_AT;
	uint8_t *image;
	Elf64_Ehdr *head;
	Elf64_Phdr *segment;
	Elf64_Shdr *header;

	*size = at;
	for (unsigned i = 0; i < n; i++)
		*size += sections[i].size;
	image = calloc(1, *size);
	if (!image || n > IMAGE_SECTIONS)
		abort();
	head = (void *)image;
	segment = (void *)(head + 1);
	header = (void *)(segment + 1);
	memcpy(head->e_ident, ELFMAG "\2\1\1", 7);
	head->e_machine = machine;
	head->e_type = ET_DYN;
	head->e_version = 1;
	head->e_phoff = sizeof(*head);
	head->e_phentsize = sizeof(*segment);
	head->e_phnum = 1;
	head->e_shoff = sizeof(*head) + sizeof(*segment);
	head->e_shentsize = sizeof(*header);
	head->e_shnum = (uint16_t)(n + 2);
	head->e_shstrndx = (uint16_t)(n + 1);
	*segment = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, IMAGE_VADDR, IMAGE_VADDR, *size, *size, 1};
	for (unsigned i = 0; i < n; i++) {
		const struct image_section *s = &sections[i];

		header[i + 1] = (Elf64_Shdr){(uint32_t)names_len, s->type, s->flags, IMAGE_VADDR + at, at, s->size, s->link, 0, 1, 0};
		strcpy(names + names_len, s->name);
		names_len += strlen(s->name) + 1;
		if (s->size)
			memcpy(image + at, s->bytes, s->size);
		at += s->size;
	}
	header[n + 1] = (Elf64_Shdr){0, SHT_STRTAB, 0, 0, IMAGE_BYTES_AT - IMAGE_NAMES, IMAGE_NAMES, 0, 0, 1, 0};
	memcpy(image + IMAGE_BYTES_AT - IMAGE_NAMES, names, sizeof(names));
	return image;
}

#endif
