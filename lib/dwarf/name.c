// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of functions. */
#include "dwarf/name.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"

/* From entry to entry: instance, abstract function, its declaration; there are no longer ways in what compilers make. */
enum { HOPS_MAX = 16 };

enum { LINKAGE_NAME, MIPS_LINKAGE_NAME, NAME, ORIGIN, SPECIFICATION, NAME_ATTRIBUTES };

static const uint16_t attributes[NAME_ATTRIBUTES] = {
	[LINKAGE_NAME] = DW_AT_linkage_name,
	[MIPS_LINKAGE_NAME] = DW_AT_MIPS_linkage_name,
	[NAME] = DW_AT_name,
	[ORIGIN] = DW_AT_abstract_origin,
	[SPECIFICATION] = DW_AT_specification,
};

static uint64_t
hash(const struct debug_file *file, uint64_t entry)
{
	return hash_pair((uintptr_t)file, entry);
}

static const struct named *
known(const struct names *names, const struct debug_file *file, uint64_t entry)
{
	struct table_probe p = table_probe(&names->table, hash(file, entry));
	uint32_t i;

	while (table_next(&names->table, &p, &i))
		if (names->all[i].entry == entry && names->all[i].file == file)
			return &names->all[i];
	return NULL;
}

static uint32_t
keep(struct names *names, const struct named *named)
{
	GROW(names->all, names->n, names->cap);
	table_insert(&names->table, hash(named->file, named->entry), (uint32_t)names->n);
	names->all[names->n] = *named;
	return (uint32_t)names->n++;
}

/* The text, unless it is none or empty. */
static const char *
text_of(const struct unit *u, const struct value *v)
{
	const char *text = unit_string(u, v);

	return text && *text ? text : NULL;
}

/* What the entry itself says. In C a name for linkers is no more telling: it is one given besides, as glibc's __GI_write.
 * Where to go on if that is not enough becomes *u and *entry; *u is NULL when nowhere. */
static struct named
look(struct unit **u, uint64_t *entry)
{
	struct value v[NAME_ATTRIBUTES];
	struct named found = {.file = (*u)->file, .entry = *entry};

	unit_root(*u); /* for its bases */
	unit_entry(*u, *entry, attributes, v, NAME_ATTRIBUTES);
	if (!(*u)->is_c)
		found.text = text_of(*u, v[LINKAGE_NAME].kind ? &v[LINKAGE_NAME] : &v[MIPS_LINKAGE_NAME]);
	found.linkage = found.text;
	if (!found.text)
		found.text = text_of(*u, &v[NAME]);
	*u = unit_reference(*u, v[ORIGIN].kind ? &v[ORIGIN] : &v[SPECIFICATION], entry);
	return found;
}

/* The name of the way's begin is the first for linkers on it, else the first of any kind; it is also that of the entries
 * between. */
uint32_t
names_find(struct names *names, struct unit *u, uint64_t entry)
{
	const struct named *before = known(names, u->file, entry);
	struct named way[HOPS_MAX], best = {0};
	size_t n = 0, shared = 0;
	uint32_t index = 0;

	if (before)
		return (uint32_t)(before - names->all);
	while (u && !best.linkage && n < HOPS_MAX) {
		before = known(names, u->file, entry);
		way[n] = before ? *before : look(&u, &entry);
		if (!best.text || way[n].linkage) {
			best = way[n];
			shared = n;
		}
		n++;
		if (before)
			break;
	}
	for (size_t i = shared + 1 - (before && shared == n - 1); i-- > 0;) {
		way[i].text = best.text;
		way[i].linkage = best.linkage;
		index = keep(names, &way[i]);
	}
	return index;
}

void
names_free(struct names *names)
{
	free(names->all);
	table_free(&names->table);
	*names = (struct names){0};
}
