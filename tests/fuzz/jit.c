// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes what reads files in which just-in-time compilers tell of their code (scripts/fuzz jit). The first byte says which: a
 * perf map, a jitdump, or ranges laid over one another, which are compared with a painted row of bytes. */
// rooms: sym dwarf elf base
// libs: -liberty -lz -ldeflate -lzstd -llzma
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sym/jit_file.h"
#include "tests/fuzz/demand.h"

/* ---- ranges ---- */

static void
lay(const uint8_t *data, size_t size)
{
	struct code_ranges r = {0};
	struct { uint64_t at; int start; } painted[512] = {0};

	for (size_t i = 0; i + 1 < size; i += 2) {
		code_ranges_put(&r, data[i], data[i + 1], i + 1);
		for (int k = 0; k < data[i + 1]; k++) {
			painted[data[i] + k].at = i + 1;
			painted[data[i] + k].start = data[i];
		}
		for (size_t k = 0; k < r.n_runs; k++)
			demand(r.runs[k] < r.n && (!k || r.runs[k] > r.runs[k - 1]));
	}
	demand(r.n <= size);
	for (int k = 0; k < 512; k++) {
		const struct code_range *found = code_ranges_find(&r, (uint64_t)k);

		demand((found != NULL) == (painted[k].at != 0));
		if (found)
			demand(found->at == painted[k].at && found->start - found->into == (uint64_t)painted[k].start &&
			       found->start <= (uint64_t)k && found->start + found->size > (uint64_t)k);
	}
	code_ranges_clear(&r);
}

/* ---- files ---- */

static void
look(struct jit_file *f, uint64_t address)
{
	struct code_range code;
	struct buf name = {0};
	uint64_t bytes;

	if (!jit_file_find(f, address, &code))
		return;
	demand(code.start <= address && address - code.start < code.size);
	if (jit_file_symbol(f, &code, &bytes, &name))
		demand(name.len <= JIT_NAME_MAX && (f->format != JIT_PERF_MAP || !memchr(name.data, '\n', name.len)));
	buf_free(&name);
}

static void
read_all(struct jit_file *f)
{
	int steps = 0;

	while (jit_file_read(f))
		demand(++steps < 100);
	for (size_t i = 0; i < f->code.n; i++) {
		look(f, f->code.all[i].start);
		look(f, f->code.all[i].start + f->code.all[i].size - 1);
	}
	demand(f->code.n <= 2 * f->most + 1);
}

/* The file comes in two parts, and is then written anew. */
static void
read_file(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct jit_file f;
	size_t half = size / 2;

	if (fd < 0)
		fd = memfd_create("jit", 0);
	demand(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, half, 0) == (ssize_t)half);
	jit_file_open(&f, dup(fd), 0, 64);
	read_all(&f);
	demand(pwrite(fd, data + half, size - half, (off_t)half) == (ssize_t)(size - half));
	read_all(&f);
	demand(!ftruncate(fd, (off_t)half));
	read_all(&f);
	jit_file_close(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t magic[] = {0x44, 0x54, 0x69, 0x4a, 1, 0, 0, 0, 40, 0, 0, 0};
	uint8_t dump[8192] = {0};

	if (!size)
		return 0;
	if (data[0] < 0x40) {
		lay(data + 1, size - 1);
	} else if (data[0] < 0xa0) {
		read_file(data + 1, size - 1);
	} else if (size + 40 < sizeof(dump)) { /* whose header is good */
		memcpy(dump, magic, sizeof(magic));
		memcpy(dump + 40, data + 1, size - 1);
		read_file(dump, size - 1 + 40);
	}
	return 0;
}
