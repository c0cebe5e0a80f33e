// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes so many system calls of a kind: calls WHAT N.
 *
 *	reads N		reads 1, 2, … 100, 1, … bytes from /dev/zero, N times, and from nothing, N / 2 times, which fails
 *	writes N	writes 7 bytes to /dev/null
 *	threads N	N threads sleep in a read of a pipe at the same time
 *	nested N	an epoll in an epoll in an …, N deep
 *	told N		reads once SIGUSR1 has come
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { SIZES = 100, STACK = 64 << 10 };

static int ends[2];

static void
must(int good)
{
	if (good)
		return;
	perror("calls");
	exit(1);
}

__attribute__((noinline)) static void
read_some(int fd, int n)
{
	char bytes[SIZES];

	for (int i = 0; i < n; i++)
		must(read(fd, bytes, (size_t)(1 + i % SIZES)) == 1 + i % SIZES);
}

static void
reads(int n)
{
	int fd = open("/dev/zero", O_RDONLY), none = open("/", O_RDONLY);
	char byte;

	must(fd >= 0 && none >= 0);
	read_some(fd, n);
	for (int i = 0; i < n / 2; i++)
		must(read(none, &byte, 1) < 0);
}

static void
writes(int n)
{
	int fd = open("/dev/null", O_WRONLY);

	for (int i = 0; i < n; i++)
		must(write(fd, "1234567", 7) == 7);
}

static void *
sleeper(void *unused)
{
	char byte;

	must(read(ends[0], &byte, 1) == 1);
	return unused;
}

/* All of them sleep before the first is woken. */
static void
threads(int n)
{
	pthread_t *all = calloc((size_t)n, sizeof(*all));
	pthread_attr_t attr;

	must(all && !pipe(ends));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (int i = 0; i < n; i++)
		must(!pthread_create(&all[i], &attr, sleeper, NULL));
	sleep(1);
	for (int i = 0; i < n; i++)
		must(write(ends[1], "", 1) == 1);
	for (int i = 0; i < n; i++)
		pthread_join(all[i], NULL);
}

static void
nested(int n)
{
	struct epoll_event event = {.events = EPOLLIN};
	int inner = epoll_create1(0);

	for (int i = 1; i < n; i++) {
		int outer = epoll_create1(0);

		must(!epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
		inner = outer;
	}
}

static void
told(int n)
{
	sigset_t usr1;
	int signo;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	sigwait(&usr1, &signo);
	reads(n);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *what;
		void (*act)(int n);
	} all[] = {{"reads", reads}, {"writes", writes}, {"threads", threads}, {"nested", nested}, {"told", told}};

	for (size_t i = 0; argc == 3 && i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(argv[1], all[i].what)) {
			all[i].act(atoi(argv[2]));
			return 0;
		}
	return 2;
}
