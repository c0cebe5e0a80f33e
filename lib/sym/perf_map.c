// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of a perf map: "7f3c5800 1a4 LazyCompile:~work /srv/app.js:12". */
#include <string.h>

#include "base/read_at.h"
#include "sym/jit_file.h"

enum { NUMBERS_MAX = 64 }; /* bytes that two numbers and the blanks around them take at the most */

struct line {
	uint64_t start, size;
	size_t name; /* where it begins in the line */
};

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number and the blanks behind it. False: it is none, or has more than 64 bits. */
static bool
read_number(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
	const uint8_t *p = *at, *begin;

	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	begin = p;
	for (*value = 0; p < end && digit(*p) >= 0; p++) {
		if (*value >> 60)
			return false;
		*value = *value << 4 | (uint64_t)digit(*p);
	}
	if (p == begin || p == end || (*p != ' ' && *p != '\t'))
		return false;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	*at = p;
	return true;
}

static bool
read_line(const uint8_t *bytes, size_t n, struct line *l)
{
	const uint8_t *p = bytes, *end = bytes + (n < NUMBERS_MAX ? n : NUMBERS_MAX);

	if (!read_number(&p, end, &l->start) || !read_number(&p, end, &l->size))
		return false;
	l->name = (size_t)(p - bytes);
	return true;
}

/* A line that does not end may be half written; one that is longer than what was read counts by its beginning. */
uint64_t
perf_map_take(struct jit_file *f, const uint8_t *bytes, size_t n, uint64_t size)
{
	size_t at = 0;

	(void)size;
	while (at < n) {
		const uint8_t *end = memchr(bytes + at, '\n', n - at);
		size_t len = end ? (size_t)(end - bytes) - at : n - at;
		struct line l;

		if (!end && !f->in_line && (at || n < JIT_STEP))
			break;
		if (!f->in_line && read_line(bytes + at, len, &l))
			jit_file_put(f, l.start, l.size, f->at + at);
		f->in_line = !end;
		at += len + (end != NULL);
	}
	return at;
}

/* It is checked that the line is about the code: the file may have been written over. */
bool
perf_map_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name)
{
	uint8_t bytes[NUMBERS_MAX + JIT_NAME_MAX], *end;
	size_t n = read_at(f->fd, bytes, sizeof(bytes), code->at);
	struct line l;

	end = memchr(bytes, '\n', n);
	n = end ? (size_t)(end - bytes) : n;
	if (n && bytes[n - 1] == '\r')
		n--;
	if (!read_line(bytes, n, &l) || l.start != code->start - code->into || l.name >= n)
		return false;
	*size = l.size;
	buf_add(name, bytes + l.name, n - l.name < JIT_NAME_MAX ? n - l.name : JIT_NAME_MAX);
	return true;
}
