// SPDX-License-Identifier: GPL-2.0-or-later
/* The further files that a module's debug information is spread over. */
#include "sym/further.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "dwarf/package.h"
#include "elf/parts.h"

static void
keep_problem(struct further *x, const struct err *err)
{
	if (!x->problem.text[0])
		x->problem = *err;
}

/* Next to the program, or next to the file with the debug information if that is another. */
static void
open_package(struct further *x)
{
	struct err err = {0};

	x->package_tried = true;
	if (x->image)
		x->package = parts_package(x->image, &err);
	if (!x->package && x->main != x->image)
		x->package = parts_package(x->main, &err);
	if (x->package)
		sections_init(&x->index, x->package, true);
	keep_problem(x, &err);
}

static bool
is_in_package(struct further *x, uint64_t id)
{
	struct package_unit unit;

	if (!x->package_tried)
		open_package(x);
	return x->package && package_find(sections_get(&x->index, DWARF_CU_INDEX), id, &unit);
}

static const struct elf_file *
open_split(void *to, const struct split *split)
{
	struct further *x = to;
	struct buf key = {0};
	struct err err = {0};
	uint32_t id;

	if (is_in_package(x, split->id))
		return x->package;
	if (!split->name)
		return NULL;
	buf_printf(&key, "%s/%s", split->directory ? split->directory : "", split->name);
	id = intern(&x->names, key.data, key.len);
	buf_free(&key);
	if (id == x->n_files) {
		GROW(x->files, x->n_files, x->cap_files);
		x->files[x->n_files++] =
			parts_dwo(x->image ? x->image : x->main, x->places, split->directory, split->name, &err);
		keep_problem(x, &err);
	}
	return x->files[id];
}

void
further_connect(struct further *x, struct dwarf *d, const struct elf_file *image, const struct find_places *places)
{
	struct err err = {0};

	x->main = dwarf_file(d);
	x->image = image;
	x->places = places;
	x->alternate = parts_alternate(x->main, places, &err);
	if (x->alternate)
		dwarf_set_alt(d, x->alternate);
	keep_problem(x, &err);
	dwarf_on_split(d, open_split, x);
}

void
further_free(struct further *x)
{
	for (size_t i = 0; i < x->n_files; i++)
		elf_close(x->files[i]);
	free(x->files);
	intern_free(&x->names);
	sections_free(&x->index);
	elf_close(x->package);
	elf_close(x->alternate);
}
