// SPDX-License-Identifier: GPL-2.0-or-later
/* A pool of four threads: their stacks begin in clone3. */
#include <pthread.h>

#include "burn.h"

static KEEP void
job(void)
{
	WITH_ALL_REGISTERS(burn());
}

static void *
worker(void *unused)
{
	while (more())
		job();
	return unused;
}

int
main(int argc, char **argv)
{
	pthread_t threads[4];

	begin(argc, argv);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, worker, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
