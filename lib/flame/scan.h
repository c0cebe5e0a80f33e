/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at many bytes at once: where the semicolons are, and how far two texts agree. */
#ifndef FLAME_SCAN_H
#define FLAME_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SCAN_BLOCK = 64, SCAN_SLACK = SCAN_BLOCK }; /* so many bytes behind a text must be readable */

#ifdef __SSE2__

static inline uint64_t
scan_16(const char *p)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)p);
	__m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(';')), _mm_cmpeq_epi8(bytes, _mm_setzero_si128()));

	return (uint64_t)(unsigned)_mm_movemask_epi8(hits);
}

/* Bit i is set when p[i] is a semicolon or NUL, for i from 0 to 63. */
static inline uint64_t
scan_separators(const char *p)
{
	return scan_16(p) | scan_16(p + 16) << 16 | scan_16(p + 32) << 32 | scan_16(p + 48) << 48;
}

#else

/* 0x80 in each byte that is 0. */
static inline uint64_t
scan_zeros(uint64_t word)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;

	return ~(((word & low) + low) | word | low);
}

static inline uint64_t
scan_separators(const char *p)
{
	uint64_t hits = 0, word;

	for (int i = 0; i < SCAN_BLOCK; i += 8) {
		memcpy(&word, p + i, 8);
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			word = __builtin_bswap64(word);
		word = scan_zeros(word) | scan_zeros(word ^ 0x3b3b3b3b3b3b3b3bULL);
		hits |= ((word >> 7) * 0x0102040810204080ULL >> 56) << i; /* gathers the eight bits */
	}
	return hits;
}

#endif

/* The number of leading bytes in which a and b agree, at most n. */
static inline size_t
scan_common(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;

		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

#endif
