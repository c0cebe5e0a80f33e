// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the unwind tables of files that others made (scripts/fuzz unwind). By its first byte the rest of the input is
 * an ELF file; the .eh_frame or the .debug_frame of a sound one; or a table as a cache may hold it. */
// rooms: unwind elf base
// libs: -lz -llzma
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/file.h"
#include "tests/fuzz/demand.h"
#include "unwind/table.h"

/* The addresses are those of tests/unwind/cases.py, whose files are good to begin with. The frames come last, so that a
 * byte too far is seen. */
enum {
	SECTIONS_AT = 256,
	NAMES_AT = 512,
	CODE_AT = 1024,
	CODE_SIZE = 4096,
	FRAMES_AT = CODE_AT + CODE_SIZE,
	CODE_VADDR = 0x401000,
	FRAMES_VADDR = 0x602000,
};

/* As the program in the kernel would see it; and each row starts another rule than the one before it. */
static void
check_rows(const struct unwind_table *t)
{
	const struct unwind_entry *entries = (const void *)t->image;
	const struct unwind_row *rows = (const void *)t->image;
	const struct unwind_rule *rules = (const void *)(t->image + (size_t)t->rules * UNWIND_CHUNK);
	uint16_t last = 0;
	uint64_t n = 0;

	for (uint32_t i = 0; i < t->n_entries; i++) {
		uint64_t page = (uint64_t)(t->base + i) << UNWIND_PAGE_SHIFT;

		n += entries[i].rule != last;
		last = entries[i].rule;
		demand(unwind_find(t, page) == &rules[last]);
		for (uint32_t k = 0; k < entries[i].n; k++) {
			const struct unwind_row *row = &rows[entries[i].first + k];

			demand(row->at && row->rule != last);
			demand(unwind_find(t, page + row->at - 1) == &rules[last]);
			demand(unwind_find(t, page + row->at) == &rules[row->rule]);
			last = row->rule;
			n++;
		}
	}
	demand(n == t->n_rows || n + 1 == t->n_rows); /* the end of the last page is no row */
}

static void
build(const uint8_t *bytes, size_t size)
{
	struct err err = {0};
	struct unwind_table t;
	struct elf_file *f = elf_from_memory(bytes, size, "fuzz", &err);

	if (!f)
		return;
	if (unwind_build(f, &t, &err)) {
		demand(err.text[0] && !t.image);
	} else {
		demand(!unwind_check(&t));
		demand((uint64_t)t.n_chunks * UNWIND_CHUNK <= 3 * UNWIND_CHUNK + 64 * (uint64_t)size);
		check_rows(&t);
		unwind_find(&t, 0);
		unwind_find(&t, UINT64_MAX);
	}
	unwind_free(&t);
	elf_close(f);
}

static void
lay_in(const uint8_t *frames, size_t size, bool eh)
{
	static const char names[] = "\0.eh_frame\0.debug_frame";
	uint8_t *bytes = calloc(1, FRAMES_AT + size);
	Elf64_Ehdr *head = (void *)bytes;
	Elf64_Phdr *segment = (void *)(bytes + sizeof(*head));
	Elf64_Shdr *section = (void *)(bytes + SECTIONS_AT);

	demand(bytes);
	memcpy(head->e_ident, ELFMAG "\2\1\1", 7);
#ifdef __aarch64__
	head->e_machine = EM_AARCH64;
#else
	head->e_machine = EM_X86_64;
#endif
	head->e_type = ET_DYN;
	head->e_version = 1;
	head->e_phoff = sizeof(*head);
	head->e_phentsize = sizeof(*segment);
	head->e_phnum = 1;
	head->e_shoff = SECTIONS_AT;
	head->e_shentsize = sizeof(*section);
	head->e_shnum = 3;
	head->e_shstrndx = 2;
	*segment = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, CODE_AT, CODE_VADDR, CODE_VADDR, CODE_SIZE, CODE_SIZE, 1};
	section[1] = (Elf64_Shdr){eh ? 1 : 11, SHT_PROGBITS, SHF_ALLOC, FRAMES_VADDR, FRAMES_AT, size, 0, 0, 1, 0};
	section[2] = (Elf64_Shdr){0, SHT_STRTAB, 0, 0, NAMES_AT, sizeof(names), 0, 0, 1, 0};
	memcpy(bytes + NAMES_AT, names, sizeof(names));
	memcpy(bytes + FRAMES_AT, frames, size);
	build(bytes, FRAMES_AT + size);
	free(bytes);
}

static void
read_table(const uint8_t *data, size_t size)
{
	uint32_t head[4]; /* rules, base, n_entries, n_rules */
	struct unwind_table t = {0};

	if (size <= sizeof(head))
		return;
	memcpy(head, data, sizeof(head));
	size -= sizeof(head);
	t.n_chunks = (uint32_t)((size + UNWIND_CHUNK - 1) / UNWIND_CHUNK);
	t.rules = head[0];
	t.base = head[1];
	t.n_entries = head[2];
	t.n_rules = head[3];
	t.image = calloc(t.n_chunks, UNWIND_CHUNK);
	demand(t.image);
	memcpy(t.image, data + sizeof(head), size);
	if (!unwind_check(&t))
		for (uint64_t i = 0; i < 4096; i++)
			demand(unwind_find(&t, (uint64_t)t.base * UNWIND_PAGE + i * i)->kind <= UNWIND_UNSUPPORTED);
	unwind_free(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return 0;
	if (data[0] >= 0xe0)
		read_table(data + 1, size - 1);
	else if (data[0] >= 0x40)
		lay_in(data + 1, size - 1, data[0] < 0xa0);
	if (data[0] >= 0x40)
		return 0;
	copy = malloc(size - 1 ? size - 1 : 1);
	demand(copy);
	memcpy(copy, data + 1, size - 1);
	build(copy, size - 1);
	free(copy);
	return 0;
}
