// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes what reads files that others made: ELF headers, notes and symbol tables, /proc/kallsyms, mangled names
 * (scripts/fuzz elf). The first byte says which. */
// rooms: sym dwarf elf base
// libs: -liberty -lz -ldeflate -lzstd -llzma
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/build_id.h"
#include "elf/file.h"
#include "elf/symtab.h"
#include "sym/demangle.h"
#include "sym/kallsyms.h"
#include "tests/fuzz/demand.h"

/* Both readers of build-ids see the same, except in notes larger than the quick one reads. */
static void
check_build_id(const struct elf_file *f, const uint8_t *data, size_t size)
{
	static int fd = -1;
	uint8_t id[BUILD_ID_MAX];
	struct err err = {0};
	int len;

	if (fd < 0)
		fd = memfd_create("elf", 0);
	demand(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	len = elf_build_id_fd(fd, "fuzz", id, &err);
	demand((len >= 0) == (f != NULL));
	if (f && len > 0 && f->build_id_len && size <= 4096)
		demand(elf_has_build_id(f, id, (size_t)len));
}

static void
check_ranges(struct symtab *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct symbol_range *r = &t->ranges[i];

		demand(r->start < r->end && r->name && *r->name);
		demand(!i || r[-1].end <= r->start);
		demand(symtab_find(t, r->start) == r && symtab_find(t, r->end - 1) == r);
	}
}

static void
read_elf(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct elf_file *f = elf_from_memory(data, size, "fuzz", &err);
	struct symtab eager = {0}, lazy = {.lazy = true};
	uint64_t place;

	check_build_id(f, data, size);
	if (!f)
		return;
	for (uint64_t at = 0; at <= size + 4096; at += 61)
		if (elf_vaddr(f, at, &place))
			elf_offset(f, place, &place);
	elf_section(f, ".gnu_debuglink");
	symtab_read(&eager, f);
	symtab_read(&lazy, f);
	symtab_find(&eager, 0);
	symtab_find(&lazy, 0);
	check_ranges(&eager);
	demand(eager.n == lazy.n);
	for (size_t i = 0; i < eager.n; i++)
		demand(!strcmp(symtab_find(&lazy, eager.ranges[i].start)->name, eager.ranges[i].name));
	symtab_free(&eager);
	symtab_free(&lazy);
	elf_close(f);
}

static void
read_kallsyms(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct kallsyms *k = kallsyms_parse((const char *)data, size, &err);
	struct ksym s;

	if (!k) {
		demand(err.text[0]);
		return;
	}
	for (uint64_t i = 0, at = 0; i < 64; i++, at = at * 5 + i)
		if (kallsyms_find(k, at, &s))
			demand(s.start <= at && at - s.start < s.size && strlen(s.name) <= size &&
			       strlen(s.module) <= size);
	kallsyms_base(k, "");
	kallsyms_free(k);
}

static void
read_name(const uint8_t *data, size_t size)
{
	struct buf out = {0};

	if (demangle((const char *)data, size, &out))
		demand(out.len && out.len <= 64 << 10);
	else
		demand(!out.len);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return 0;
	copy = malloc(size - 1 ? size - 1 : 1); /* so that a byte too far is seen */
	demand(copy);
	memcpy(copy, data + 1, size - 1);
	if (data[0] < 0x80)
		read_elf(copy, size - 1);
	else if (data[0] < 0xe0)
		read_kallsyms(copy, size - 1);
	else
		read_name(copy, size - 1);
	free(copy);
	return 0;
}
