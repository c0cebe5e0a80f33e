/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of a package of .dwo files (.dwp): which bytes of each section are a unit's. Version 2 is GNU's, for DWARF 4;
 * version 5 the standard's (7.3.5). */
#ifndef DWARF_PACKAGE_H
#define DWARF_PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "dwarf/sections.h"

struct package_unit {
	struct {
		uint32_t offset, size; /* size 0: it has none of this section */
	} part[DWARF_SECTION_COUNT];
};

/* The parts of the unit with a dwo_id, by .debug_cu_index; they are not checked against the sections. False: it is not
 * there, or the index is malformed. */
bool package_find(const struct dwarf_bytes *index, uint64_t dwo_id, struct package_unit *unit);

#endif
