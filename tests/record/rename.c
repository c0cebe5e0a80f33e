// SPDX-License-Identifier: GPL-2.0-or-later
/* A second thread execs a command after MS milliseconds, which then has the first one's id: rename MS COMMAND ARGUMENT... */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long ms;

static void *
go_on(void *argv)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
	execvp(*(char **)argv, argv);
	abort();
}

int
main(int argc, char **argv)
{
	pthread_t other;

	if (argc < 3)
		return 2;
	ms = atol(argv[1]);
	pthread_create(&other, NULL, go_on, argv + 2);
	pthread_join(other, NULL);
	return 1;
}
