/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dynamic linker writes into a file's memory, one after the other, as it is in the file (64-bit, with addends).
 *
 *	for (relocations_begin(&r, f, section); relocations_next(&r, &x);) */
#ifndef ELF_RELOCATIONS_H
#define ELF_RELOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"

struct relocation {
	uint64_t at; /* vaddr */
	uint32_t type, symbol;
	uint64_t addend;
};

struct relocations {
	const struct elf_file *f;
	const struct elf_section *section;
	const uint8_t *bytes;
	size_t size, next;
};

/* `section` may be NULL or any: what is no table of relocations has none. */
void relocations_begin(struct relocations *r, const struct elf_file *f, const struct elf_section *section);

/* False: there are no more. */
bool relocations_next(struct relocations *r, struct relocation *x);

/* The name of a relocation's symbol, in the file; NULL: it has none. */
const char *relocation_name(const struct relocations *r, const struct relocation *x);

#endif
