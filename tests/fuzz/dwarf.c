// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes debug information (scripts/fuzz dwarf). Numbers of 2 bytes say how large each section but the last is; the sections
 * follow. References to a supplementary file lead into the file itself. */
// rooms: dwarf elf base
// libs: -lz -ldeflate -lzstd -llzma
#include <stdlib.h>

#include "dwarf/dwarf.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/image.h"

static const char *const names[] = {".debug_abbrev", ".debug_str",	 ".debug_line", ".debug_rnglists",
				    ".debug_ranges", ".debug_addr", ".debug_str_offsets", ".debug_info"};

enum { SECTIONS = sizeof(names) / sizeof(names[0]) };

static void
check(const struct dwarf_place *place, unsigned what)
{
	demand(place->n <= DWARF_CHAIN_MAX && (place->n || !place->function));
	for (size_t i = 0; i < place->n; i++) {
		const struct dwarf_frame *c = &place->chain[i];

		demand(!c->name || *c->name);
		demand(!c->source == !c->line && (!c->source || (what & DWARF_LINES && *c->source)));
	}
}

static void
read_ahead(struct dwarf *d, const struct elf_file *f, unsigned what)
{
	enum { N = 64 };
	uint64_t vaddrs[N];

	for (size_t i = 0; i < N; i++)
		vaddrs[i] = IMAGE_VADDR + i * f->size / N;
	dwarf_read_ahead(d, vaddrs, N, what);
}

static void
look_up(const struct elf_file *f, unsigned what, bool ahead)
{
	struct dwarf *d = dwarf_open(f);
	struct dwarf_place place, again;

	demand(d);
	dwarf_set_alt(d, f);
	if (ahead)
		read_ahead(d, f, what);
	for (uint64_t vaddr = IMAGE_VADDR; vaddr < IMAGE_VADDR + f->size; vaddr += 13) {
		dwarf_find(d, vaddr, what, &place);
		check(&place, what);
		if (what & DWARF_INLINES)
			demand(dwarf_function(d, vaddr) == place.function);
		dwarf_find(d, vaddr, what, &again);
		demand(again.n == place.n && again.function == place.function);
	}
	dwarf_find(d, 0, what, &place);
	dwarf_find(d, UINT64_MAX, what, &place);
	dwarf_close(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_section sections[SECTIONS] = {0};
	size_t at = 2 * (SECTIONS - 1);
	struct elf_file *f;
	struct err err = {0};
	uint8_t *image;

	if (size < at)
		return 0;
	for (size_t i = 0; i < SECTIONS; i++) {
		size_t said = i + 1 < SECTIONS ? data[2 * i] | (size_t)data[2 * i + 1] << 8 : size;

		if (said > size - at)
			said = size - at;
		sections[i] = (struct image_section){names[i], SHT_PROGBITS, 0, 0, data + at, said};
		at += said;
	}
	image = image_make(sections, SECTIONS, EM_X86_64, &size);
	f = elf_from_memory(image, size, "fuzz", &err);
	demand(f);
	look_up(f, DWARF_INLINES | DWARF_LINES, false);
	look_up(f, DWARF_INLINES | DWARF_LINES, true);
	look_up(f, DWARF_LINES, false);
	elf_close(f);
	free(image);
	return 0;
}
