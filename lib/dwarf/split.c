// SPDX-License-Identifier: GPL-2.0-or-later
/* Units that were split. */
#include "dwarf/split.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"
#include "dwarf/package.h"
#include "dwarf/unit.h"

/* The debug information of an open file, which many units may be in. */
static struct debug_file *
file_of(struct splits *s, const struct elf_file *f)
{
	struct table_probe p = table_probe(&s->table, hash_word((uintptr_t)f));
	uint32_t i;

	while (table_next(&s->table, &p, &i))
		if (s->files[i]->sections.file == f)
			return s->files[i];
	GROW(s->files, s->n, s->cap);
	table_insert(&s->table, hash_word((uintptr_t)f), (uint32_t)s->n);
	s->files[s->n] = xcalloc(1, sizeof(*s->files[0]));
	debug_file_init(s->files[s->n], f, true);
	return s->files[s->n++];
}

/* In a package a unit's numbers count from where its part of each section begins. */
static struct unit *
find_in_package(struct debug_file *d, const struct dwarf_bytes *index, uint64_t id)
{
	struct package_unit found;
	struct unit *u;

	if (!package_find(index, id, &found))
		return NULL;
	debug_file_units(d);
	for (u = d->units; u < d->units + d->n; u++) {
		if (u->offset != found.part[DWARF_INFO].offset)
			continue;
		if (u->skeleton)
			return NULL;
		u->abbrev_offset += found.part[DWARF_ABBREV].offset;
		u->bases.str_offsets = found.part[DWARF_STR_OFFSETS].offset;
		u->bases.rnglists = found.part[DWARF_RNGLISTS].offset;
		return u;
	}
	return NULL;
}

/* Until DWARF 5 its id is told by the unit's root. */
static struct unit *
find_in_file(struct debug_file *d, uint64_t id)
{
	debug_file_units(d);
	for (struct unit *u = d->units; u < d->units + d->n; u++) {
		if (u->type != DW_UT_compile && u->type != DW_UT_split_compile)
			continue;
		unit_root(u);
		if (u->dwo_id == id && !u->skeleton)
			return u;
	}
	return NULL;
}

struct unit *
splits_find(struct splits *s, struct unit *skeleton)
{
	static const uint16_t names[] = {DW_AT_dwo_name, DW_AT_GNU_dwo_name, DW_AT_comp_dir};
	const struct dwarf_bytes *index;
	const struct elf_file *f;
	struct debug_file *d;
	struct split split;
	struct value v[3];
	struct unit *u;

	if (!s->open)
		return NULL;
	unit_root_entry(skeleton, names, v, 3);
	split.name = unit_string(skeleton, v[0].kind ? &v[0] : &v[1]);
	split.directory = unit_string(skeleton, &v[2]);
	split.id = skeleton->dwo_id;
	f = s->open(s->to, &split);
	if (!f)
		return NULL;
	d = file_of(s, f);
	index = sections_get(&d->sections, DWARF_CU_INDEX);
	u = index->at ? find_in_package(d, index, split.id) : find_in_file(d, split.id);
	if (u) {
		u->skeleton = skeleton;
		unit_root(u);
	} else if (!s->problem.text[0]) {
		s->problem = d->sections.problem;
		if (!s->problem.text[0])
			err_set(&s->problem, "%s: does not have the unit that was split off: another dwo_id", f->path);
	}
	return u;
}

void
splits_free(struct splits *s)
{
	for (size_t i = 0; i < s->n; i++) {
		debug_file_free(s->files[i]);
		free(s->files[i]);
	}
	free(s->files);
	table_free(&s->table);
	*s = (struct splits){0};
}
