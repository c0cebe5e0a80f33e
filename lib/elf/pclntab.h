/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table in which Go's runtime looks up its own functions (src/debug/gosym in Go's sources): it is there when a
 * program's symbols are stripped. */
#ifndef ELF_PCLNTAB_H
#define ELF_PCLNTAB_H

#include <stddef.h>

#include "elf/file.h"
#include "elf/symtab.h"

/* Adds the functions of a Go program, whose names are in the file. Returns how many; 0: the file has no such table of Go
 * 1.2 or later, or it is malformed. */
size_t pclntab_read(struct symtab *t, const struct elf_file *f);

#endif
