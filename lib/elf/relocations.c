// SPDX-License-Identifier: GPL-2.0-or-later
/* What the dynamic linker writes into a file's memory. */
#include "elf/relocations.h"

#include <elf.h>
#include <string.h>

void
relocations_begin(struct relocations *r, const struct elf_file *f, const struct elf_section *section)
{
	*r = (struct relocations){.f = f, .section = section};
	if (section && section->type == SHT_RELA && f->header.wide)
		r->bytes = elf_contents(f, section, &r->size);
}

bool
relocations_next(struct relocations *r, struct relocation *x)
{
	Elf64_Rela raw;

	if (!r->bytes || r->size < sizeof(raw) || r->next > r->size - sizeof(raw))
		return false;
	memcpy(&raw, r->bytes + r->next, sizeof(raw));
	r->next += sizeof(raw);
	x->at = raw.r_offset;
	x->type = (uint32_t)ELF64_R_TYPE(raw.r_info);
	x->symbol = (uint32_t)ELF64_R_SYM(raw.r_info);
	x->addend = (uint64_t)raw.r_addend;
	return true;
}

const char *
relocation_name(const struct relocations *r, const struct relocation *x)
{
	const struct elf_section *symbols = r->section->link < r->f->n_sections ? &r->f->sections[r->section->link] : NULL;
	const struct elf_section *strings;
	struct elf_raw_symbol y;
	const uint8_t *bytes, *text;
	size_t size, each = symbol_size(&r->f->header);

	bytes = symbols && x->symbol ? elf_contents(r->f, symbols, &size) : NULL;
	if (!bytes || x->symbol >= size / each || symbols->link >= r->f->n_sections)
		return NULL;
	symbol_read(&r->f->header, bytes + x->symbol * each, &y);
	strings = &r->f->sections[symbols->link];
	text = elf_contents(r->f, strings, &size);
	if (!text || y.name >= size || !memchr(text + y.name, 0, size - y.name) || !text[y.name])
		return NULL;
	return (const char *)text + y.name;
}
