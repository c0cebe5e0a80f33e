/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the code of an entry is: from DW_AT_low_pc to DW_AT_high_pc, or a list in .debug_ranges (DWARF 2 to 4) or
 * .debug_rnglists (DWARF 5). */
#ifndef DWARF_RANGE_H
#define DWARF_RANGE_H

#include "dwarf/span.h"
#include "dwarf/unit.h"

/* Adds the entry's ranges to the spans, as the owner's; a malformed list up to where it is. What lies outside of the
 * file's code, as functions that the linker left out do, is not added. False: the entry says none. */
bool ranges_add(const struct unit *u, const struct value *low, const struct value *high, const struct value *ranges,
		uint32_t owner, struct spans *to);

#endif
