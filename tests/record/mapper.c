// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps and unmaps executable memory for SECONDS, as fast as it can: more side-band records than fit. */
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

int
main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);

	while (time(NULL) < end)
		munmap(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
	return 0;
}
