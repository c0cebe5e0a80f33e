// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of the program that `build` makes: calls all[], by turns. */
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], 0, 0) : 1000, sum = 0;

	for (unsigned long i = 0; i < n; i++)
		sum += all[i / 3 % (sizeof(all) / sizeof(all[0]))]((unsigned)i);
	return printf("%lu\n", sum) < 0;
}
