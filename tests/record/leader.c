// SPDX-License-Identifier: GPL-2.0-or-later
/* Its first thread ends; another one burns a second of cpu time. */
#include <pthread.h>
#include <time.h>

__attribute__((noinline)) static void *
burn_alone(void *unused)
{
	struct timespec t;

	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	while (t.tv_sec < 1);
	return unused;
}

int
main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, burn_alone, NULL);
	pthread_exit(NULL);
}
