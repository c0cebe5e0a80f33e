/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for code that the symbol tables of a file do not name: entries of the procedure linkage table, and the functions of
 * a stripped Go program. Made when the first name is missing. Private to lib/sym. */
#ifndef SYM_SPARE_H
#define SYM_SPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "elf/file.h"
#include "elf/symtab.h"

struct spare {
	bool tried;
	struct symtab symbols;
	struct intern names;
	size_t n_go; /* functions of Go's own table */
};

/* The function that holds a vaddr of the file that was mapped, in s->symbols, or NULL. `known` has its symbols. */
const struct symbol_range *spare_find(struct spare *s, const struct elf_file *image, struct symtab *known, uint64_t vaddr);

void spare_free(struct spare *s);

#endif
