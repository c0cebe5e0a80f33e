/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times in nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Now, in the time of samples and side-band records. */
static inline uint64_t
monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
