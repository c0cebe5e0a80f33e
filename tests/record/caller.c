// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls called(NUMBER, SIZE) so often: caller COUNT [wait] [threads N] [children N] [rest MS]. Numbers run from 0 to COUNT - 1 in
 * each thread and child, sizes are 16 times that; every tenth call returns -1, the others their number. With "wait" it first
 * reads a line of standard input. Children are waited for; each calls as often, and so does the process itself. With "rest" it
 * sleeps before it ends. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int count, n_threads = 1, n_children, rest;

__attribute__((noinline, noclone)) int
called(int number, long size)
{
	if (number % 10 == 9)
		return -1;
	__asm__ volatile("" : : "r"(size) : "memory"); /* the line that tests ask for */
	return number;
}

__attribute__((noinline, noclone)) static void *
call_all(void *unused)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += called(i, 16L * i);
	__asm__ volatile("" : : "r"(sum));
	return unused;
}

static void
run(void)
{
	pthread_t threads[64];

	if (n_threads == 1) {
		call_all(NULL);
		return;
	}
	for (int i = 0; i < n_threads; i++)
		pthread_create(&threads[i], NULL, call_all, NULL);
	for (int i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
}

int
main(int argc, char **argv)
{
	char line[64];

	count = atoi(argv[1]);
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "wait") && !fgets(line, sizeof(line), stdin))
			return 1;
		if (i + 1 < argc && !strcmp(argv[i], "threads"))
			n_threads = atoi(argv[i + 1]);
		if (i + 1 < argc && !strcmp(argv[i], "children"))
			n_children = atoi(argv[i + 1]);
		if (i + 1 < argc && !strcmp(argv[i], "rest"))
			rest = atoi(argv[i + 1]);
	}
	for (int i = 0; i < n_children; i++)
		if (!fork()) {
			run();
			return 0;
		}
	run();
	while (wait(NULL) > 0)
		;
	usleep(1000U * (unsigned)rest);
	return 0;
}
