// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of a jitdump, in this machine's byte order. */
#include "sym/jitdump.h"

#include <string.h>

#include "base/cursor.h"
#include "base/read_at.h"
#include "sym/jit_file.h"

enum { CODE_LOAD, CODE_MOVE, TYPES };
enum { MAGIC = 0x4a695444, VERSION = 1, HEADER_MAX = 4096 };
enum {
	PREFIX = 16,	    /* of each record: type, length, time */
	LOAD = PREFIX + 40, /* then name and code */
	MOVE = PREFIX + 48,
};

/* How much of a record is looked at when it comes; of others nothing is. */
static const uint32_t needed[] = {[CODE_LOAD] = LOAD, [CODE_MOVE] = MOVE};

bool
is_jitdump(const uint8_t *bytes, size_t n)
{
	uint32_t magic;

	if (n < sizeof(magic))
		return false;
	memcpy(&magic, bytes, sizeof(magic));
	return magic == MAGIC || magic == __builtin_bswap32(MAGIC);
}

bool
jitdump_begin(const uint8_t *bytes, uint64_t *at)
{
	struct cursor c = {bytes, bytes + JITDUMP_HEADER, false};
	bool ours = cursor_fixed(&c, 4) == MAGIC && cursor_fixed(&c, 4) == VERSION;

	*at = cursor_fixed(&c, 4);
	return ours && *at >= JITDUMP_HEADER && *at <= HEADER_MAX;
}

/* The fields that records of code have in common. */
struct code_record {
	uint64_t start, size;
};

static struct code_record
read_load(const uint8_t *record)
{
	struct cursor c = {record + PREFIX + 16, record + LOAD, false}; /* without pid, tid, vma */
	struct code_record r;

	r.start = cursor_fixed(&c, 8);
	r.size = cursor_fixed(&c, 8);
	return r;
}

static void
take_load(struct jit_file *f, const uint8_t *record, uint64_t at)
{
	struct code_record r = read_load(record);

	jit_file_put(f, r.start, r.size, at);
}

/* What lies at the new place is what was told of the old one. */
static void
take_move(struct jit_file *f, const uint8_t *record, uint64_t at)
{
	struct cursor c = {record + PREFIX + 16, record + MOVE, false};
	uint64_t from = cursor_fixed(&c, 8), to = cursor_fixed(&c, 8), size = cursor_fixed(&c, 8);
	struct code_range old;

	(void)at;
	if (jit_file_find(f, from, &old) && !old.into)
		jit_file_put(f, to, size < old.size ? size : old.size, old.at);
}

typedef void taker(struct jit_file *f, const uint8_t *record, uint64_t at);

static taker *const takers[TYPES] = {[CODE_LOAD] = take_load, [CODE_MOVE] = take_move};

uint64_t
jitdump_take(struct jit_file *f, const uint8_t *bytes, size_t n, uint64_t size)
{
	uint64_t at = 0;

	while (at < n && n - at >= PREFIX) {
		struct cursor c = {bytes + at, bytes + n, false};
		uint32_t type = (uint32_t)cursor_fixed(&c, 4), length = (uint32_t)cursor_fixed(&c, 4);

		if (length < PREFIX) {
			f->format = JIT_BAD;
			break;
		}
		if (length > size - f->at - at || (type < TYPES && length >= needed[type] && n - at < needed[type]))
			break;
		if (type < TYPES && length >= needed[type])
			takers[type](f, bytes + at, f->at + at);
		at += length;
	}
	return at;
}

bool
jitdump_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name)
{
	uint8_t bytes[LOAD + JIT_NAME_MAX];
	size_t n = read_at(f->fd, bytes, sizeof(bytes), code->at);
	struct cursor c = {bytes, bytes + n, false};
	uint32_t type = (uint32_t)cursor_fixed(&c, 4), length = (uint32_t)cursor_fixed(&c, 4);

	if (type != CODE_LOAD || length <= LOAD || n <= LOAD)
		return false;
	n = (length < n ? length : n) - LOAD;
	n = strnlen((const char *)bytes + LOAD, n < JIT_NAME_MAX ? n : JIT_NAME_MAX);
	*size = read_load(bytes).size;
	buf_add(name, bytes + LOAD, n);
	return n;
}
