// SPDX-License-Identifier: GPL-2.0-or-later
/* Spends its time in read() and write(), from /dev/zero and through a pipe: the stacks have a kernel part on top. */
#include <fcntl.h>
#include <unistd.h>

#include "burn.h"

static char data[64 * 1024]; /* as much as a pipe holds */

static KEEP void
copy(int zero, const int *ends)
{
	for (int i = 0; i < 100; i++) {
		ssize_t n = read(zero, data, sizeof(data));

		if (write(ends[1], data, (size_t)n) != n || read(ends[0], data, (size_t)n) != n)
			abort();
	}
}

static KEEP void
outer(int zero, const int *ends)
{
	WITH_ALL_REGISTERS(while (more()) copy(zero, ends));
}

int
main(int argc, char **argv)
{
	int ends[2];

	begin(argc, argv);
	if (pipe(ends))
		return 1;
	outer(open("/dev/zero", O_RDONLY), ends);
	return 0;
}
