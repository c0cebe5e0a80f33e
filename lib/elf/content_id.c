// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands for a build-id where a file has none. */
#include "elf/content_id.h"

#include <string.h>
#include <sys/stat.h>

#include "base/checksum.h"
#include "base/read_at.h"
#include "elf/file.h"

enum { WHOLE = 1 << 20, ENDS = 256 << 10, PIECES = 64, PIECE = 4096 };

static const char mark[] = "pb-content-1";

/* A file's bytes, in memory or on disk. */
struct source {
	const uint8_t *bytes; /* NULL: fd */
	int fd;
	uint64_t size;
};

static bool
read_part(const struct source *s, uint64_t at, uint8_t *to, size_t n)
{
	if (!s->bytes)
		return read_at(s->fd, to, n, at) == n;
	memcpy(to, s->bytes + at, n);
	return true;
}

/* Adds a part of the file; its last bytes are filled up with zeros. */
static bool
add(struct checksum *c, const struct source *s, uint64_t at, uint64_t size)
{
	uint8_t piece[PIECE];

	while (size) {
		size_t n = size < PIECE ? (size_t)size : PIECE, padded = (n + CHECKSUM_BLOCK - 1) / CHECKSUM_BLOCK * CHECKSUM_BLOCK;

		memset(piece + n, 0, padded - n);
		if (!read_part(s, at, piece, n))
			return false;
		checksum_add(c, piece, padded);
		at += n;
		size -= n;
	}
	return true;
}

static bool
add_parts(struct checksum *c, const struct source *s)
{
	bool good = add(c, s, 0, s->size <= WHOLE ? s->size : ENDS);

	for (uint64_t i = 1; good && s->size > WHOLE && i < PIECES; i++) {
		uint64_t at = s->size / PIECES * i;

		if (at >= ENDS && at + PIECE <= s->size - ENDS)
			good = add(c, s, at, PIECE);
	}
	return good && (s->size <= WHOLE || add(c, s, s->size - ENDS, ENDS));
}

static void
put(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static bool
make(const struct source *s, uint8_t id[CONTENT_ID])
{
	struct checksum c;

	checksum_begin(&c);
	if (!add_parts(&c, s))
		return false;
	put(id, checksum_end(&c));
	put(id + 8, s->size);
	memcpy(id + 16, mark, sizeof(mark) - 1);
	return true;
}

bool
content_id_of_fd(int fd, uint8_t id[CONTENT_ID])
{
	struct stat st;

	return !fstat(fd, &st) && st.st_size > 0 && make(&(struct source){NULL, fd, (uint64_t)st.st_size}, id);
}

void
content_id_of(const struct elf_file *f, uint8_t id[CONTENT_ID])
{
	make(&(struct source){f->bytes, -1, f->size}, id);
}

void
content_id_unknown(uint8_t id[CONTENT_ID])
{
	memset(id, 0, CONTENT_ID);
	memcpy(id + 16, mark, sizeof(mark) - 1);
}

bool
is_content_id(const uint8_t *id, size_t len)
{
	return len == CONTENT_ID && !memcmp(id + 16, mark, sizeof(mark) - 1);
}
