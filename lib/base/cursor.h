/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading numbers one after another, never past the end: what is not there reads as 0 and is remembered as bad. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* A number of `size` bytes, at most 8, in this machine's byte order. */
static inline uint64_t
cursor_fixed(struct cursor *c, size_t size)
{
	uint64_t value = 0;

	if (size > cursor_left(c)) {
		c->at = c->end;
		c->bad = true;
		return 0;
	}
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy((uint8_t *)&value + sizeof(value) - size, c->at, size);
#else
	memcpy(&value, c->at, size);
#endif
	c->at += size;
	return value;
}

static inline uint8_t
cursor_byte(struct cursor *c)
{
	if (c->at < c->end)
		return *c->at++;
	c->bad = true;
	return 0;
}

/* However long it is, the lowest 64 bits count. Most are a byte. */
static inline uint64_t
cursor_uleb(struct cursor *c)
{
	uint64_t value = 0;
	unsigned shift = 0;

	if (c->at < c->end && !(*c->at & 0x80))
		return *c->at++;
	while (c->at < c->end) {
		uint8_t byte = *c->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
		shift += shift < 64 ? 7 : 0;
	}
	c->bad = true;
	return 0;
}

static inline int64_t
cursor_sleb(struct cursor *c)
{
	uint64_t value = 0;
	unsigned shift = 0;

	while (c->at < c->end) {
		uint8_t byte = *c->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += shift < 64 ? 7 : 0;
		if (byte & 0x80)
			continue;
		if (shift < 64 && byte & 0x40)
			value |= ~UINT64_C(0) << shift;
		return (int64_t)value;
	}
	c->bad = true;
	return 0;
}

/* The next `size` bytes as a cursor of their own, steps over them. */
static inline struct cursor
cursor_block(struct cursor *c, uint64_t size)
{
	struct cursor block = {c->at, c->at, false};

	if (size > cursor_left(c)) {
		c->at = c->end;
		c->bad = block.bad = true;
		return block;
	}
	c->at += size;
	block.end = c->at;
	return block;
}

#endif
