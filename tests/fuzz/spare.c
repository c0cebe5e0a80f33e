// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes names from besides symbol tables: procedure linkage tables and Go's table of functions (scripts/fuzz spare). By its
 * first byte the rest is Go's table, a linkage table's code with relocations and symbols, or the whole file. */
// rooms: elf base
// libs: -lz -llzma
#include "elf/pclntab.h"
#include "elf/plt.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/image.h"

enum { RELOCATIONS = 4, SYMBOLS = 3 };

static void
check(struct symtab *t)
{
	symtab_find(t, 0);
	for (size_t i = 0; i < t->n; i++) {
		const struct symbol_range *r = &t->ranges[i];

		demand(r->start < r->end && *r->name && strlen(r->name) > 0);
		demand(!i || r[-1].end <= r->start);
	}
}

static void
read_all(const uint8_t *bytes, size_t size)
{
	struct symtab known = {0}, go = {0}, plt = {0};
	struct intern names = {0};
	struct err err = {0};
	struct elf_file *f = elf_from_memory(bytes, size, "fuzz", &err);

	if (!f)
		return;
	symtab_read(&known, f);
	demand(pclntab_read(&go, f) <= size);
	plt_read(&plt, &names, f, &known);
	check(&go);
	check(&plt);
	symtab_free(&known);
	symtab_free(&go);
	symtab_free(&plt);
	intern_free(&names);
	elf_close(f);
}

/* The code comes first, so that linkers' displacements are small. Its slots are wherever the relocations say. */
static uint8_t *
lay_in_plt(const uint8_t *data, size_t size, bool arm, size_t *image_size)
{
	static const char strings[] = "\0puts\0memcpy\0_ZN1x1yEv";
	Elf64_Sym symbols[SYMBOLS + 1] = {0};
	Elf64_Rela relocations[RELOCATIONS] = {0};
	size_t head = sizeof(relocations) < size ? sizeof(relocations) : size;
	struct image_section all[] = {
		{".plt", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, data + head, size - head},
		{".rela.plt", SHT_RELA, 0, 3, relocations, sizeof(relocations)},
		{".dynsym", SHT_DYNSYM, 0, 4, symbols, sizeof(symbols)},
		{".dynstr", SHT_STRTAB, 0, 0, strings, sizeof(strings)},
	};

	memcpy(relocations, data, head);
	symbols[1].st_name = 1;
	symbols[2].st_name = 6;
	symbols[3].st_name = 13;
	return image_make(all, 4, arm ? EM_AARCH64 : EM_X86_64, image_size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_section table = {".gopclntab", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 0};
	uint8_t *image;
	uint8_t kind;

	if (!size)
		return 0;
	kind = *data++ % 5;
	size--;
	table.bytes = data;
	table.size = size;
	if (kind == 1)
		table.name = ".data.rel.ro";
	if (kind < 2) {
		image = image_make(&table, 1, EM_X86_64, &size);
	} else if (kind < 4) {
		image = lay_in_plt(data, size, kind == 3, &size);
	} else {
		image = malloc(size + 1);
		demand(image);
		memcpy(image, data, size);
	}
	read_all(image, size);
	free(image);
	return 0;
}
