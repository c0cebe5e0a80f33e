/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The procedure linkage table: the small jumps by which a file calls what the dynamic linker finds elsewhere. Nobody writes
 * symbols for them; here each is NAME@plt by the relocation of the slot that it jumps through, and the code between, which
 * has the dynamic linker fill a slot, is ".plt". */
#ifndef ELF_PLT_H
#define ELF_PLT_H

#include <stddef.h>

#include "base/intern.h"
#include "elf/file.h"
#include "elf/symtab.h"

/* Adds the entries of .plt, .plt.sec, .plt.got and .iplt of a file for x86-64 or arm64 to `t`; their names are kept in
 * `names`. `known` has the file's symbols, for functions that are chosen at the start (ifunc) and have no other name. */
void plt_read(struct symtab *t, struct intern *names, const struct elf_file *f, struct symtab *known);

#endif
