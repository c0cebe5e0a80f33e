/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units that are read ahead of look-ups in them, by several threads: each is worked on by one, and what units share is there
 * before. Private to lib/dwarf. */
#ifndef DWARF_AHEAD_H
#define DWARF_AHEAD_H

#include <stddef.h>

#include "dwarf/unit.h"

struct ahead {
	struct unit *lines;   /* whose line table is wanted; NULL: none */
	struct unit *entries; /* whose tree is wanted, the same or what it was split into; NULL: none */
};

/* Makes the sections of a file readable. */
void ahead_sections(struct debug_file *d);

/* Reads the trees and line tables that were not read yet. Their files' sections are readable, and their roots were read. */
void ahead_units(struct ahead *units, size_t n);

#endif
