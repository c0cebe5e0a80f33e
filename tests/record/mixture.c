// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a little of everything, over and over: allocates, writes and syncs a file, waits for a lock, starts a program,
 * touches pages, opens files: mixture FILE. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void
allocating(void)
{
	for (size_t i = 1; i < 200; i++) {
		volatile char *p = malloc(i * 16);

		*p = 1;
		free((void *)p);
	}
}

__attribute__((noinline)) static void
writing(const char *path)
{
	static const char block[65536];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
		abort();
	fsync(fd);
	close(fd);
}

__attribute__((noinline)) static void
touching(void)
{
	size_t len = 1 << 20;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	memset(p, 1, len);
	munmap(p, len);
}

__attribute__((noinline)) static void
locking(void)
{
	pthread_mutex_lock(&lock);
	usleep(3000);
	pthread_mutex_unlock(&lock);
}

__attribute__((noinline)) static void
starting(void)
{
	pid_t child = vfork();

	if (!child) {
		execlp("true", "true", (char *)NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

static void *
other(void *unused)
{
	for (;;)
		locking();
	return unused;
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || pthread_create(&thread, NULL, other, NULL))
		return 1;
	for (;;) {
		allocating();
		writing(argv[1]);
		touching();
		locking();
		starting();
	}
}
