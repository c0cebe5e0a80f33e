/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that look random and are the same in each run (xorshift64), for programs that make streams. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>

static inline uint64_t
random_below(uint64_t n)
{
	static uint64_t state = 1;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

#endif
