// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts a thread every half millisecond, each of which touches PAGES pages for the first time and ends, for SECONDS:
 * churn PAGES SECONDS */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static size_t pages;

static void *
touch(void *unused)
{
	char *p = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)unused;
	for (size_t i = 0; i < pages; i++)
		p[i * 4096] = 1;
	munmap(p, pages * 4096);
	usleep(20000);
	return NULL;
}

int
main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 1);

	pages = strtoul(argv[1], NULL, 10);
	while (time(NULL) < end) {
		pthread_t thread;

		if (!pthread_create(&thread, NULL, touch, NULL))
			pthread_detach(thread);
		usleep(500);
	}
	return 0;
}
