// SPDX-License-Identifier: GPL-2.0-or-later
/* Spends so many ms of cpu time in a function that is called what NAME says (tests/kept.bats). A build-id does not depend on names
 * alone: code differs by TIMES. */
#include <stdlib.h>
#include <time.h>

static volatile unsigned long sink;

__attribute__((noinline)) void
NAME(void)
{
	for (int i = 0; i < TIMES; i++)
		sink += (unsigned long)i;
}

int
main(int argc, char **argv)
{
	clock_t end = clock() + (argc > 1 ? atol(argv[1]) : 1000) * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		NAME();
	return 0;
}
