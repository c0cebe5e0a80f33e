// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads from a pipe, a socket and an eventfd by turns, COUNT times each, at one and the same place in the program, and waits each
 * time: places COUNT. What it waits for only the kernel's part of its stack tells. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { KINDS = 3, RUN = 5 /* of one kind */ };

static int from[KINDS], to[KINDS], asked[2];

static void *
answer(void *unused)
{
	struct timespec t = {0, 200000};
	uint64_t one = 1;
	uint8_t kind;

	while (read(asked[0], &kind, 1) == 1) {
		nanosleep(&t, NULL);
		if (write(to[kind], &one, sizeof(one)) < 0)
			abort();
	}
	return unused;
}

__attribute__((noinline)) static void
wait_for(uint8_t kind)
{
	uint64_t word;

	if (write(asked[1], &kind, 1) != 1 || read(from[kind], &word, sizeof(word)) < 0)
		abort();
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 100, ends[2];
	pthread_t thread;

	if (pipe(asked) || pipe(ends))
		return 1;
	from[0] = ends[0];
	to[0] = ends[1];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	from[1] = ends[0];
	to[1] = ends[1];
	from[2] = to[2] = eventfd(0, 0);
	pthread_create(&thread, NULL, answer, NULL);
	for (int i = 0; i < KINDS * count; i++)
		wait_for((uint8_t)(i / RUN % KINDS));
	close(asked[1]);
	pthread_join(thread, NULL);
	return 0;
}
