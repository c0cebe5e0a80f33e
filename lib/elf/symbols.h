/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of .symtab or .dynsym, one after the other, as they are in the file.
 *
 *	for (ok = symbols_begin(&s, f, SHT_DYNSYM); ok && symbols_next(&s, &y, &name);)
 */
#ifndef ELF_SYMBOLS_H
#define ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"
#include "elf/prefer.h"

struct symbols {
	const struct elf_file *f;
	const uint8_t *bytes;
	size_t size, at, each;
	const char *names;
	size_t names_size; /* up to the last NUL */
};

/* `type` is SHT_SYMTAB or SHT_DYNSYM; false: the file has no such table. */
bool symbols_begin(struct symbols *s, const struct elf_file *f, uint32_t type);

/* The next one that is defined in the file and has a name; the name is in the file. False: there are no more. */
bool symbols_next(struct symbols *s, struct elf_raw_symbol *y, const char **name);

/* How many entries the table has. */
size_t symbols_count(const struct symbols *s);

bool symbols_have(const struct elf_file *f, uint32_t type);

enum binding symbol_binding(const struct elf_raw_symbol *y);

#endif
