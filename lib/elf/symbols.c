// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbols of .symtab or .dynsym, one after the other. */
#include "elf/symbols.h"

#include <elf.h>

static const struct elf_section *
table_of_type(const struct elf_file *f, uint32_t type)
{
	size_t size;

	for (uint32_t i = 1; i < f->n_sections; i++)
		if (f->sections[i].type == type && elf_contents(f, &f->sections[i], &size))
			return &f->sections[i];
	return NULL;
}

bool
symbols_have(const struct elf_file *f, uint32_t type)
{
	return table_of_type(f, type);
}

static bool
find_names(struct symbols *s, const struct elf_section *table)
{
	size_t size = 0;
	const uint8_t *text = NULL;

	if (table->link < s->f->n_sections)
		text = elf_contents(s->f, &s->f->sections[table->link], &size);
	while (text && size && text[size - 1])
		size--;
	s->names = (const char *)text;
	s->names_size = text ? size : 0;
	return s->names_size;
}

bool
symbols_begin(struct symbols *s, const struct elf_file *f, uint32_t type)
{
	const struct elf_section *table = table_of_type(f, type);

	*s = (struct symbols){.f = f, .each = symbol_size(&f->header)};
	s->at = s->each; /* the first is empty */
	if (!table || !find_names(s, table))
		return false;
	s->bytes = elf_contents(f, table, &s->size);
	return true;
}

bool
symbols_next(struct symbols *s, struct elf_raw_symbol *y, const char **name)
{
	while (s->size >= s->each && s->at <= s->size - s->each) {
		symbol_read(&s->f->header, s->bytes + s->at, y);
		s->at += s->each;
		if (y->section == SHN_UNDEF || (y->section >= SHN_LORESERVE && y->section != SHN_XINDEX) ||
		    y->name >= s->names_size || !s->names[y->name])
			continue;
		*name = s->names + y->name;
		return true;
	}
	return false;
}

size_t
symbols_count(const struct symbols *s)
{
	return s->size / s->each;
}

enum binding
symbol_binding(const struct elf_raw_symbol *y)
{
	switch (ELF64_ST_BIND(y->info)) {
	case STB_LOCAL:
		return PREFER_LOCAL;
	case STB_WEAK:
		return PREFER_WEAK;
	default:
		return PREFER_GLOBAL;
	}
}
