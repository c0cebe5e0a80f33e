/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs share: burn(), the leaf that takes the time, and functions whose frames no compiler leaves out. */
#ifndef BURN_H
#define BURN_H

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
#define KEEP __attribute__((noinline))
#else
#define KEEP __attribute__((noipa))
#endif

/* After a call: the call is not the last thing its caller does, so it is no jump. */
#define AND_BACK __asm__ volatile("" ::: "memory")

static double seconds = 1;

/* Is there cpu time of the process left? Samples in here are outside of the burn. */
static KEEP int
more(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9 < seconds;
}

/* About a millisecond. Has no frame. */
static KEEP void
burn(void)
{
	for (long i = 0; i < 5000000; i++)
		__asm__ volatile("" : "+r"(i));
}

/* main's first call: program SECONDS [PAUSE]. It sleeps for PAUSE microseconds, so that a recorder may get to know what
 * is mapped. */
static inline void
begin(int argc, char **argv)
{
	if (argc > 1)
		seconds = atof(argv[1]);
	if (argc > 2)
		usleep((useconds_t)atoi(argv[2]));
}

/* Calls BODY with every register that a callee must give back in use, rbp as well: frame pointers end here. */
#define WITH_ALL_REGISTERS(BODY)                                                                                       \
	do {                                                                                                           \
		long one = 1, two = 2, three = 3, four = 4, five = 5, six = 6;                                         \
		__asm__ volatile("" : "+r"(one), "+r"(two), "+r"(three), "+r"(four), "+r"(five), "+r"(six));           \
		BODY;                                                                                                  \
		__asm__ volatile("" ::"r"(one), "r"(two), "r"(three), "r"(four), "r"(five), "r"(six));                 \
	} while (0)

#endif
