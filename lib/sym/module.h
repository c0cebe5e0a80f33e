/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module's files, symbol table and debug information. Private to lib/sym. */
#ifndef SYM_MODULE_H
#define SYM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "dwarf/dwarf.h"
#include "elf/find.h"
#include "elf/symtab.h"
#include "sym/further.h"
#include "sym/spare.h"

struct module {
	bool told;  /* its symbols come by symtab_put(), not from files */
	bool tried; /* its files were looked for */
	bool full;
	char *path; /* owned */
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	struct elf_file *image, *debug; /* owned; NULL */
	struct elf_file *mini;		/* MiniDebugInfo of the image, if there is neither .symtab nor a debug file; owned */
	struct spare spare;
	struct symtab symbols;
	size_t n_symbols;
	struct dwarf *dwarf; /* owned; NULL: there is none, or nobody wants to know */
	struct further further;
	struct err problem;
	uint64_t last_symbol, last_function; /* private */
	bool last_same;
};

/* What was refused or could not be read; NULL: nothing. */
const char *module_problem(const struct module *m);

/* Finds the files and reads their symbols, at the first call. `dwarf` is what is wanted of debug information, as
 * dwarf_find() has it; 0: nothing. */
void module_load(struct module *m, const struct debug_roots *roots, unsigned dwarf);
void module_free(struct module *m);

/* What is known about an offset of the module. */
struct module_place {
	const char *symbol;	  /* the name of the symbol that holds it; NULL */
	struct dwarf_place debug; /* valid until the next look-up */
	bool same;		  /* the symbol begins within the function that the debug information tells */
};

/* False: no function is known there. */
bool module_find(struct module *m, uint64_t offset, unsigned dwarf, struct module_place *place);

#endif
