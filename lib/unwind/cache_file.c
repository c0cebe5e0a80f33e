// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of one unwind table: a struct header and the image. */
#include "unwind/cache_file.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "unwind/machine.h"

enum {
	FORMAT = 1,	   /* of struct header */
	PIECE = 256 << 10, /* read and summed up while it is in the cpu's cache */
};

/* As it is in memory: nobody else reads it. */
struct header {
	_Alignas(CHECKSUM_BLOCK) char magic[8];
	uint32_t format, machine;
	uint64_t builder, layout;
	uint64_t build_id_len;
	uint8_t build_id[BUILD_ID_MAX];
	struct unwind_table table; /* without the image */
	uint64_t sum;		   /* of the header with 0 here, and the image */
};

/* What a header begins with when it is for this file and by us. */
static struct header
header_for(const struct elf_file *f, uint64_t builder)
{
	struct header h = {
		.magic = {'p', 'b', 'u', 'n', 'w', 'i', 'n', 'd'},
		.format = FORMAT,
		.machine = machine.elf,
		.builder = builder,
		.layout = unwind_layout(f),
		.build_id_len = f->build_id_len,
	};

	memcpy(h.build_id, f->build_id, f->build_id_len);
	return h;
}

uint64_t
cache_file_size(const struct unwind_table *t)
{
	return sizeof(struct header) + (uint64_t)t->n_chunks * UNWIND_CHUNK;
}

/* ---- reading ---- */

static bool
read_whole(int fd, void *to, size_t len, struct checksum *sum)
{
	char *p = to;
	ssize_t n;

	while (len) {
		n = read(fd, p, len < PIECE ? len : PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || n % CHECKSUM_BLOCK) /* of a regular file all is read, up to its end */
			return false;
		if (sum)
			checksum_add(sum, p, (size_t)n);
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
header_fits(const struct header *h, const struct elf_file *f, uint64_t builder, uint64_t size)
{
	const struct header want = header_for(f, builder);

	return !memcmp(h, &want, offsetof(struct header, table)) && h->table.n_chunks &&
	       size == cache_file_size(&h->table) && h->table.rules <= h->table.n_chunks;
}

bool
cache_file_read(int fd, uint64_t size, const struct elf_file *f, uint64_t builder, struct unwind_table *t)
{
	struct checksum sum;
	struct header h;
	uint64_t told;

	if (!read_whole(fd, &h, sizeof(h), NULL) || !header_fits(&h, f, builder, size))
		return false;
	told = h.sum;
	h.sum = 0;
	checksum_begin(&sum);
	checksum_add(&sum, &h, sizeof(h));
	*t = h.table;
	t->image = xreallocarray(NULL, t->n_chunks, UNWIND_CHUNK);
	if (read_whole(fd, t->image, (size_t)t->n_chunks * UNWIND_CHUNK, &sum) && checksum_end(&sum) == told &&
	    !unwind_check(t))
		return true;
	unwind_free(t);
	return false;
}

/* ---- writing ---- */

static bool
write_whole(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool
cache_file_write(int fd, const struct elf_file *f, uint64_t builder, const struct unwind_table *t)
{
	struct header h = header_for(f, builder);
	struct checksum sum;

	h.table = *t;
	h.table.image = NULL;
	checksum_begin(&sum);
	checksum_add(&sum, &h, sizeof(h));
	checksum_add(&sum, t->image, (size_t)t->n_chunks * UNWIND_CHUNK);
	h.sum = checksum_end(&sum);
	return write_whole(fd, &h, sizeof(h)) && write_whole(fd, t->image, (size_t)t->n_chunks * UNWIND_CHUNK);
}
