// SPDX-License-Identifier: GPL-2.0-or-later
/* 400 frames of one function. */
#include "burn.h"

static KEEP void
descend(int n)
{
	long size = n;

	__asm__ volatile("" : "+r"(size));
	if (n > 1)
		descend(n - 1);
	else
		while (more())
			burn();
	__asm__ volatile("" ::"r"(size));
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	descend(400);
	return 0;
}
