/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of functions. An entry that has none says whose instance it is (DW_AT_abstract_origin) or what it defines
 * (DW_AT_specification): there its name is found, be it in another unit or another file. */
#ifndef DWARF_NAME_H
#define DWARF_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "dwarf/unit.h"

/* Those found so far, by entry. */
struct names {
	struct named {
		const struct debug_file *file;
		uint64_t entry;	  /* offset in .debug_info */
		const char *text; /* in a section; NULL: it has none */
		bool linkage;	  /* it is the one for linkers */
	} *all;			  /* owned */
	size_t n, cap;
	struct table table;
};

/* The name of the entry at an offset of .debug_info, as an index of names.all: as linkers have it (mangled) if the entry
 * says that and is not C, else as the programmer wrote it. */
uint32_t names_find(struct names *names, struct unit *u, uint64_t entry);

void names_free(struct names *names);

#endif
