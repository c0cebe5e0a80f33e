/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Function symbols as a sorted array of ranges that do not overlap: one name for each address.
 *
 * A symbol with a size covers just that, except where a smaller one lies within it. A symbol without (assembly)
 * covers what no sized one does, up to the next symbol or the end of its section. Of aliases elf/prefer.h chooses,
 * after sized over unsized and functions over plain labels. Reading all names costs more than all the rest: who will
 * ask for a few of them only says so by `lazy`. */
#ifndef ELF_SYMTAB_H
#define ELF_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"
#include "elf/prefer.h"

struct symbol_range {
	uint64_t start, end; /* vaddr; end is the first byte after */
	const char *name;    /* in the file, or wherever symtab_put() had it; may end in a version, "@@GLIBC_2.34" */
	uint32_t group;	     /* private */
};

struct symtab {
	bool lazy;    /* set before the first use: ranges[].name is NULL until symtab_find() has found the range */
	bool indexed; /* ranges[] is made, by the first symtab_find() after an addition */
	struct symbol_range *ranges; /* sorted; owned */
	size_t n, cap;
	struct symbol *symbols; /* as they were put; owned */
	size_t n_symbols, cap_symbols;
	struct sort_item *order; /* of the symbols, by start; owned */
};

/* Adds what .symtab and .dynsym hold. The file must outlive the table. Returns how many were added. */
size_t symtab_read(struct symtab *t, const struct elf_file *f);

/* Whether a file has .symtab, and not only what the dynamic linker needs. */
bool symtab_is_full(const struct elf_file *f);

/* Adds one symbol; size 0 is "not known". The name must outlive the table. */
void symtab_put(struct symtab *t, uint64_t start, uint64_t size, const char *name);

/* The range that holds a vaddr, with its name, or NULL. Valid until the next addition. */
const struct symbol_range *symtab_find(struct symtab *t, uint64_t vaddr);

/* Where the symbol of a range begins: before the range does, where a smaller one lies between. */
uint64_t symtab_start(const struct symtab *t, const struct symbol_range *range);

void symtab_free(struct symtab *t);

#endif
