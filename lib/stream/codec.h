/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as bytes: LEB128 and zigzag. Private to lib/stream.
 *
 * A number is written 7 bits at a time, lowest first, bit 7 set on all bytes but the last (LEB128 of DWARF 5,
 * section 7.6), in the fewest bytes that hold it. A difference d (modulo 2^64) is first mapped to
 * 0, -1, 1, -2, … = 0, 1, 2, 3, … */
#ifndef STREAM_CODEC_H
#define STREAM_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { VARINT_MAX = 10 };

static inline uint64_t
zigzag(uint64_t d)
{
	return d << 1 ^ (uint64_t)((int64_t)d >> 63);
}

static inline uint64_t
unzigzag(uint64_t v)
{
	return v >> 1 ^ (0 - (v & 1));
}

/* Reads a number at *p and steps over it. False: cut short, over 64 bits, or not the fewest bytes. */
static inline bool
get_varint(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
	const uint8_t *q = *p;
	uint64_t v = 0;

	for (unsigned shift = 0; q < end && shift < 70; shift += 7) {
		uint8_t byte = *q++;

		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*p = q;
			*value = v;
			return byte || !shift;
		}
	}
	return false;
}

static inline void
put_varint(struct buf *b, uint64_t v)
{
	buf_reserve(b, VARINT_MAX);
	for (; v >= 0x80; v >>= 7)
		b->data[b->len++] = (char)(v | 0x80);
	b->data[b->len++] = (char)v;
}

static inline void
put_u32(struct buf *b, uint32_t v)
{
	for (int shift = 0; shift < 32; shift += 8)
		buf_char(b, (char)(v >> shift));
}

static inline uint32_t
get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#endif
