/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checksum as fast as memory: 64 bits, for finding out that a file is not as it was written. It finds accidents
 * (cuts, lost writes, flipped bits), not forgers.
 *
 * Words of 8 bytes go to four lanes by turns, so that four multiplications are under way at once. A step is
 * lane = rotate((lane ^ word) * odd constant): for a given word one-to-one in the lane, for a given lane one-to-one in
 * the word. So a change within one word is always found, and others but for one in 2^64. */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum { CHECKSUM_BLOCK = 32 };

struct checksum {
	uint64_t lane[4], len;
};

void checksum_begin(struct checksum *c);

/* `len` is a multiple of CHECKSUM_BLOCK; how the data is cut into calls does not matter. */
void checksum_add(struct checksum *c, const void *data, size_t len);

uint64_t checksum_end(const struct checksum *c);

#endif
