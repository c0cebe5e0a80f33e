// SPDX-License-Identifier: GPL-2.0-or-later
/* The index of a package of .dwo files. It is, in words of 4 bytes unless said:
 *
 *	version (2, or 2 bytes of 5 and 2 of padding), sections, units, slots (a power of 2)
 *	dwo_id (8 bytes) of each slot, a hash table; then the unit's number of each slot, from 1 on, 0 of free ones
 *	section number of each column, offsets of each unit (one a column), sizes of each unit */
#include "dwarf/package.h"

#include "base/cursor.h"

enum { HEADER = 16, WORD = 4, ID = 8, COLUMNS_MOST = 16, TRIES_MOST = 1024 };

/* The columns that are used have one number in both versions but for the last, which version 2 does not have. */
static const uint8_t section_of[] = {
	[1] = DWARF_INFO + 1, [3] = DWARF_ABBREV + 1, [4] = DWARF_LINE + 1, [6] = DWARF_STR_OFFSETS + 1, [8] = DWARF_RNGLISTS + 1,
};

enum { COLUMN_RNGLISTS = 8 };

struct index {
	const uint8_t *at;
	uint32_t version, columns, units, slots;
	uint64_t numbers, names, offsets, sizes; /* where in it */
};

static uint64_t
number_at(const struct index *x, uint64_t at, size_t size)
{
	struct cursor c = {x->at + at, x->at + at + size, false};

	return cursor_fixed(&c, size);
}

static bool
read_header(const struct dwarf_bytes *bytes, struct index *x)
{
	if (!bytes->at || bytes->size < HEADER)
		return false;
	x->at = bytes->at;
	x->version = (uint32_t)number_at(x, 0, 2);
	x->columns = (uint32_t)number_at(x, WORD, WORD);
	x->units = (uint32_t)number_at(x, 2 * WORD, WORD);
	x->slots = (uint32_t)number_at(x, 3 * WORD, WORD);
	if ((x->version != 2 && x->version != 5) || !x->columns || x->columns > COLUMNS_MOST || !x->slots ||
	    x->slots & (x->slots - 1))
		return false;
	x->numbers = HEADER + (uint64_t)x->slots * ID;
	x->names = x->numbers + (uint64_t)x->slots * WORD;
	x->offsets = x->names + (uint64_t)x->columns * WORD;
	x->sizes = x->offsets + (uint64_t)x->units * x->columns * WORD;
	return x->sizes + (uint64_t)x->units * x->columns * WORD <= bytes->size;
}

/* The number of a unit, from 1 on; 0: it is not there. */
static uint32_t
find_unit(const struct index *x, uint64_t dwo_id)
{
	uint32_t mask = x->slots - 1, slot = (uint32_t)dwo_id & mask, step = ((uint32_t)(dwo_id >> 32) & mask) | 1;

	for (uint32_t tries = 0; tries < x->slots && tries < TRIES_MOST; tries++, slot = (slot + step) & mask) {
		uint32_t unit = (uint32_t)number_at(x, x->numbers + (uint64_t)slot * WORD, WORD);

		if (!unit)
			return 0;
		if (number_at(x, HEADER + (uint64_t)slot * ID, ID) == dwo_id)
			return unit;
	}
	return 0;
}

bool
package_find(const struct dwarf_bytes *index, uint64_t dwo_id, struct package_unit *unit)
{
	struct index x;
	uint32_t number;

	*unit = (struct package_unit){0};
	number = read_header(index, &x) ? find_unit(&x, dwo_id) : 0;
	if (!number || number > x.units)
		return false;
	for (uint32_t i = 0; i < x.columns; i++) {
		uint64_t at = ((uint64_t)(number - 1) * x.columns + i) * WORD;
		uint32_t name = (uint32_t)number_at(&x, x.names + (uint64_t)i * WORD, WORD);
		unsigned which = name < sizeof(section_of) ? section_of[name] : 0;

		if (!which || (name == COLUMN_RNGLISTS && x.version == 2))
			continue;
		unit->part[which - 1].offset = (uint32_t)number_at(&x, x.offsets + at, WORD);
		unit->part[which - 1].size = (uint32_t)number_at(&x, x.sizes + at, WORD);
	}
	return true;
}
