// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps memory, touches it and unmaps it: most of the time is in page faults, which need no call. */
#include <sys/mman.h>

#include "burn.h"

enum { SIZE = 4 << 20 };

static KEEP void
touch(volatile char *at)
{
	for (long i = 0; i < SIZE; i += 4096)
		at[i] = 1;
}

static KEEP void
remap(void)
{
	void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	madvise(at, SIZE, MADV_NOHUGEPAGE);
	WITH_ALL_REGISTERS(touch(at));
	munmap(at, SIZE);
	AND_BACK;
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(while (more()) remap());
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}
