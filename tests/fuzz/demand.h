/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzzers have in common. */
#ifndef FUZZ_DEMAND_H
#define FUZZ_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What always has to hold, whatever the bytes are. */
static inline void
demand(bool holds)
{
	if (!holds)
		abort();
}

#endif
