/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program or library tells the dynamic linker. */
#ifndef ELF_DYNAMIC_H
#define ELF_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>

#include "elf/file.h"

enum { DYNAMIC_NEEDED = 256 };

/* All strings are in the file; NULL: not there. */
struct dynamic {
	const char *interpreter; /* PT_INTERP */
	const char *soname, *rpath, *runpath;
	const char **needed; /* owned; DT_NEEDED and what is loaded like it; at most DYNAMIC_NEEDED */
	size_t n_needed;
	bool no_default; /* DF_1_NODEFLIB: not from the default directories */
};

/* Reads what is good; of a static program all is empty. */
void dynamic_read(const struct elf_file *f, struct dynamic *d);

void dynamic_free(struct dynamic *d);

#endif
