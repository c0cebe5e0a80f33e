// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks for the time and does nothing else: the leaf is in the vDSO. The coarse clock never needs a system call. */
#include "burn.h"

static KEEP void
ask(void)
{
	struct timespec t;

	for (int i = 0; i < 100000; i++)
		clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(while (more()) ask());
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}
