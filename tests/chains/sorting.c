// SPDX-License-Identifier: GPL-2.0-or-later
/* qsort() of eight numbers: its callback is reached through one, two or three frames of libc's merge sort. */
#include "burn.h"

static KEEP int
compare(const void *a, const void *b)
{
	WITH_ALL_REGISTERS(burn());
	return *(const int *)a - *(const int *)b;
}

static KEEP void
sort(void)
{
	int numbers[8] = {5, 3, 8, 1, 7, 2, 6, 4};

	WITH_ALL_REGISTERS(qsort(numbers, 8, sizeof(numbers[0]), compare));
	__asm__ volatile("" ::"r"(numbers) : "memory");
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	while (more())
		sort();
	return 0;
}
