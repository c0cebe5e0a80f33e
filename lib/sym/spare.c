// SPDX-License-Identifier: GPL-2.0-or-later
/* Names for code that the symbol tables of a file do not name. */
#include "sym/spare.h"

#include "elf/pclntab.h"
#include "elf/plt.h"

const struct symbol_range *
spare_find(struct spare *s, const struct elf_file *image, struct symtab *known, uint64_t vaddr)
{
	if (!s->tried) {
		s->tried = true;
		s->symbols.lazy = true;
		s->n_go = pclntab_read(&s->symbols, image);
		plt_read(&s->symbols, &s->names, image, known);
	}
	return symtab_find(&s->symbols, vaddr);
}

void
spare_free(struct spare *s)
{
	symtab_free(&s->symbols);
	intern_free(&s->names);
}
