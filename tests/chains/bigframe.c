// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame of 5 kB on the way. */
#include "burn.h"

static KEEP void
inner(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
}

static KEEP void
big(void)
{
	char text[5000];

	__asm__ volatile("" ::"r"(text) : "memory");
	WITH_ALL_REGISTERS(inner());
	__asm__ volatile("" ::"r"(text) : "memory");
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(big());
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}
