// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions so short that most samples are where a frame is half made or half gone, or in the entry of the PLT. */
#include "burn.h"

static KEEP long
third(long n)
{
	WITH_ALL_REGISTERS(n = labs(n));
	return n;
}

static KEEP long
second(long n)
{
	WITH_ALL_REGISTERS(n = third(n));
	return n;
}

static KEEP long
first(long n)
{
	long sum = second(-n);

	return sum + n;
}

static KEEP void
walk(void)
{
	for (long i = 0; i < 500000; i++)
		first(i);
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	while (more())
		walk();
	return 0;
}
