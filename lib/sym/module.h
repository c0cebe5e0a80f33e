/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module's files and symbol table. Private to lib/sym. */
#ifndef SYM_MODULE_H
#define SYM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/find.h"
#include "elf/symtab.h"
#include "sym/mapped.h"

struct module {
	bool told;  /* its symbols come by symtab_put(), not from files */
	bool tried; /* its files were looked for */
	bool full;
	char *path; /* owned */
	uint8_t id[BUILD_ID_MAX];
	size_t id_len;
	struct mapped mapped; /* where it could be reached while a process lived */
	struct elf_file *image, *debug; /* owned; NULL */
	struct symtab symbols;
	size_t n_symbols;
	struct err problem;
};

/* Finds the files and reads their symbols, at the first call. */
void module_load(struct module *m, const struct debug_roots *roots);
void module_free(struct module *m);

/* The name of the symbol that holds an offset of the module, or NULL. */
const char *module_find(struct module *m, uint64_t offset);

#endif
