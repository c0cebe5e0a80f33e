// SPDX-License-Identifier: GPL-2.0-or-later
/* MiniDebugInfo: a compressed ELF file in an ELF file. It does not say how large it is: memory is taken as data come. */
#include "elf/minidebug.h"

#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	SIZE_MOST = 256 << 20,	    /* bytes; the symbols of a browser are 30 MiB */
	DICTIONARY_MOST = 128 << 20, /* bytes; xz -9 needs 65 MiB */
	ROOM_FIRST = 8,		    /* how many times the compressed bytes' room is made at first */
};

struct unpacked {
	uint8_t *bytes; /* owned */
	size_t n, room;
};

static bool
grow(struct unpacked *u, size_t first)
{
	size_t want = u->room ? u->room * 2 : first;
	uint8_t *more;

	if (u->room >= SIZE_MOST)
		return false;
	want = want < SIZE_MOST ? want : SIZE_MOST;
	more = realloc(u->bytes, want);
	if (!more)
		return false;
	u->bytes = more;
	u->room = want;
	return true;
}

/* NULL, or what is wrong. */
static const char *
unpack(const uint8_t *packed, size_t size, struct unpacked *u)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret r = lzma_stream_decoder(&z, DICTIONARY_MOST, 0);
	bool enough = true;

	z.next_in = packed;
	z.avail_in = size;
	while (r == LZMA_OK) {
		if (u->n == u->room && !(enough = grow(u, size * ROOM_FIRST)))
			break;
		z.next_out = u->bytes + u->n;
		z.avail_out = u->room - u->n;
		r = lzma_code(&z, LZMA_FINISH);
		u->n = u->room - z.avail_out;
	}
	lzma_end(&z);
	if (!enough || r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return "it takes too much memory to decompress";
	return r == LZMA_STREAM_END ? NULL : "its compressed data are broken";
}

struct elf_file *
minidebug_open(const struct elf_file *f, struct err *err)
{
	static const char name[] = ".gnu_debugdata";
	const struct elf_section *section = elf_section(f, name);
	size_t size = 0, len = strlen(f->path) + sizeof(name) + 3;
	const uint8_t *packed = section ? elf_contents(f, section, &size) : NULL;
	struct unpacked u = {0};
	const char *wrong;
	struct elf_file *found = NULL;
	char *path;

	if (!packed || !size)
		return NULL;
	wrong = unpack(packed, size, &u);
	path = xmalloc(len);
	snprintf(path, len, "%s (%s)", f->path, name);
	if (wrong)
		err_set(err, "%s: %s", path, wrong);
	else
		found = elf_from_memory(u.bytes, u.n, path, err);
	if (found)
		found->owned = u.bytes;
	else
		free(u.bytes);
	free(path);
	return found;
}
