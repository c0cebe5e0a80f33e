// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes sections of debug information that are compressed, and packages of them (scripts/fuzz sections). The first byte
 * says how the rest is laid in: as .debug_info or .zdebug_info, plain or compressed, as MiniDebugInfo, as .debug_cu_index, as
 * a link to a supplementary file, or as the whole file. */
// rooms: dwarf elf base
// libs: -lz -ldeflate -lzstd -llzma
#include "dwarf/package.h"
#include "dwarf/sections.h"
#include "elf/minidebug.h"
#include "elf/parts.h"
#include "elf/symtab.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/image.h"

static void
read_mini(const struct elf_file *f)
{
	struct err err = {0};
	struct elf_file *mini = minidebug_open(f, &err);
	struct symtab t = {0};

	if (mini) {
		symtab_read(&t, mini);
		symtab_find(&t, IMAGE_VADDR);
	}
	symtab_free(&t);
	elf_close(mini);
}

static void
read_sections(const struct elf_file *f, bool split)
{
	struct dwarf_sections s;
	unsigned sum = 0;

	sections_init(&s, f, split);
	for (int i = 0; i < DWARF_SECTION_COUNT; i++) {
		const struct dwarf_bytes *b = sections_get(&s, (enum dwarf_section)i);

		demand(b->at || !b->size);
		if (b->size)
			sum += b->at[0] + b->at[b->size - 1];
	}
	for (uint64_t id = 0; id < 64; id++) {
		struct package_unit unit;

		sum += package_find(&s.all[DWARF_CU_INDEX], id, &unit);
	}
	demand(sum != UINT32_MAX);
	sections_free(&s);
}

static void
read_all(const uint8_t *bytes, size_t size)
{
	static const char *const dirs[] = {"/nowhere"};
	static const struct find_places nowhere = {"/nowhere", dirs, 1};
	struct err err = {0};
	struct elf_file *f = elf_from_memory(bytes, size, "fuzz", &err);

	if (!f)
		return;
	read_sections(f, false);
	read_sections(f, true);
	read_mini(f);
	elf_close(parts_alternate(f, &nowhere, &err));
	elf_close(f);
}

static const struct image_section kinds[] = {
	{".debug_info", SHT_PROGBITS, SHF_COMPRESSED, 0, NULL, 0},
	{".debug_str", SHT_PROGBITS, SHF_COMPRESSED, 0, NULL, 0},
	{".zdebug_info", SHT_PROGBITS, 0, 0, NULL, 0},
	{".gnu_debugdata", SHT_PROGBITS, 0, 0, NULL, 0},
	{".debug_cu_index", SHT_PROGBITS, 0, 0, NULL, 0},
	{".gnu_debugaltlink", SHT_PROGBITS, 0, 0, NULL, 0},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_section section;
	uint8_t *image;
	unsigned kind;

	if (!size)
		return 0;
	kind = data[0] % (KINDS + 1);
	data++;
	size--;
	if (kind == KINDS) {
		image = malloc(size + 1);
		demand(image);
		memcpy(image, data, size);
	} else {
		section = kinds[kind];
		section.bytes = data;
		section.size = size;
		image = image_make(&section, 1, EM_X86_64, &size);
	}
	read_all(image, size);
	free(image);
	return 0;
}
