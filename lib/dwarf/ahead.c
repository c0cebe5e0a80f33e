// SPDX-License-Identifier: GPL-2.0-or-later
/* Units that are read ahead of look-ups in them. */
#include "dwarf/ahead.h"

#include "base/parallel.h"
#include "dwarf/line.h"
#include "dwarf/tree.h"

static void
read_section(void *context, size_t i, unsigned worker)
{
	(void)worker;
	sections_read(context, (enum dwarf_section)i);
}

void
ahead_sections(struct debug_file *d)
{
	if (d->sections_ahead)
		return;
	d->sections_ahead = true;
	if (sections_are_packed(&d->sections))
		parallel(DWARF_SECTION_COUNT, read_section, &d->sections);
	for (int i = 0; i < DWARF_SECTION_COUNT; i++)
		sections_get(&d->sections, (enum dwarf_section)i);
}

struct reading {
	struct ahead *units;
	struct walk *walks[PARALLEL_MAX];
};

static void
read_unit(void *context, size_t i, unsigned worker)
{
	struct reading *r = context;
	struct ahead *a = &r->units[i];

	if (a->entries)
		unit_tree(a->entries, &r->walks[worker]);
	if (a->lines)
		unit_lines(a->lines);
}

void
ahead_units(struct ahead *units, size_t n)
{
	struct reading r = {.units = units};

	for (size_t i = 0; i < n; i++) { /* which units share */
		if (units[i].entries)
			unit_abbrevs(units[i].entries);
		if (units[i].lines)
			unit_abbrevs(units[i].lines);
	}
	parallel(n, read_unit, &r);
	for (int i = 0; i < PARALLEL_MAX; i++)
		walk_free(r.walks[i]);
}
