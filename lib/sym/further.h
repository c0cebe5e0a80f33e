/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The further files that a module's debug information is spread over: dwz's supplementary file, .dwo files, packages of
 * them. Opened when they are needed. Private to lib/sym. */
#ifndef SYM_FURTHER_H
#define SYM_FURTHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/intern.h"
#include "dwarf/dwarf.h"
#include "dwarf/sections.h"
#include "elf/file.h"
#include "elf/find.h"

struct further {
	const struct elf_file *image, *main; /* that was mapped, that has debug information; not owned */
	const struct find_places *places;    /* not owned */
	struct elf_file *alternate;	     /* owned */
	struct elf_file *package;	     /* owned */
	struct dwarf_sections index;	     /* of the package */
	bool package_tried;
	struct intern names;	 /* of .dwo files, with their directories */
	struct elf_file **files; /* by id in names; NULL: there is none; owned */
	size_t n_files, cap_files;
	struct err problem; /* the first that was not found or refused, and why; "" */
};

/* Has debug information find its further files. `image` is the file that was mapped (NULL: it is not there). All must outlive
 * the debug information. */
void further_connect(struct further *x, struct dwarf *d, const struct elf_file *image, const struct find_places *places);

void further_free(struct further *x);

#endif
