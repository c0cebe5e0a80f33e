/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module's files, symbol table and debug information. Private to lib/sym. */
#ifndef SYM_MODULE_H
#define SYM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "dwarf/dwarf.h"
#include "elf/find.h"
#include "elf/symtab.h"
#include "sym/further.h"
#include "sym/spare.h"

struct module {
	bool told;  /* its symbols come by symtab_put(), not from files */
	bool tried; /* its files were looked for */
	bool full;
	bool informs; /* debug information is wanted, if there is any */
	bool asked[2]; /* the image, the debug file was asked for by module_wants() */
	char *path; /* owned */
	const char *foreign; /* why its path alone is not to be trusted; NULL */
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	struct find_mapped mapped; /* where it could be reached while a process lived */
	struct elf_file *image, *debug; /* owned; NULL */
	const char *image_from, *debug_from; /* kinds of places, as the log calls them */
	struct elf_file *mini; /* MiniDebugInfo of the image, if there is neither .symtab nor a debug file; owned */
	struct spare spare;
	struct symtab symbols;
	size_t n_symbols;
	struct dwarf *dwarf; /* owned; NULL: there is none, or nobody wants to know */
	struct further further;
	const struct find_places *places; /* the symbolizer's */
	struct find_log log;
	uint64_t last_symbol, last_function; /* private */
	bool last_same;
};

/* Finds the files and reads their symbols, at the first call. `informs`: debug information is wanted, too. */
void module_load(struct module *m, const struct find_places *places, bool informs);
void module_free(struct module *m);

/* A file that would help and was not asked for yet: the debug file, else the one that was mapped when it is not here. */
bool module_wants(struct module *m, bool *debug, const uint8_t **id, size_t *len);

/* A file that was wanted came, or did not: then path is NULL and `reason` says why. True: it is used. */
bool module_take(struct module *m, bool debug, const char *source, const char *path, const char *reason);

/* What was refused or could not be read; NULL: nothing, or it did not matter. */
const char *module_problem(const struct module *m);

/* Reads what look-ups at n offsets will need, as module_find() takes them; on all cpus. */
void module_read_ahead(struct module *m, const uint64_t *offsets, size_t n, unsigned dwarf);

/* What is known about an offset of the module. */
struct module_place {
	const char *symbol;	  /* the name of the symbol that holds it; NULL */
	uint64_t into;		  /* bytes from where the symbol begins */
	struct dwarf_place debug; /* valid until the next look-up */
	bool same;		  /* the symbol begins within the function that the debug information tells */
};

/* False: no function is known there. `dwarf` is what is wanted of debug information, as dwarf_find() has it; 0: nothing. */
bool module_find(struct module *m, uint64_t offset, unsigned dwarf, struct module_place *place);

#endif
