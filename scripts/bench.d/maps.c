// SPDX-License-Identifier: GPL-2.0-or-later
/* A load for measurements: maps SECONDS THREADS [code]. The threads map and unmap memory, and burn cpu meanwhile; with
 * "code" what they map is this program once more, and it is there that they burn. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { DATA = 256 << 10, ROUNDS = 20000 };

typedef uint64_t burner(uint64_t x);

extern const char __executable_start, etext;
static time_t end;
static int self = -1; /* this program, if its code is to be mapped */

/* Uses nothing but its arguments, so that it runs wherever it is. */
__attribute__((noinline)) static uint64_t
burn(uint64_t x)
{
	for (int i = 0; i < ROUNDS; i++)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return x;
}

static uint64_t
use_data(uint64_t x)
{
	char *data = mmap(NULL, DATA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		exit(1);
	memset(data, (int)x, DATA / 8);
	x = burn(x);
	munmap(data, DATA);
	return x;
}

static uint64_t
use_code(uint64_t x)
{
	size_t length = (size_t)(&etext - &__executable_start);
	char *code = mmap(NULL, length, PROT_READ | PROT_EXEC, MAP_PRIVATE, self, 0);

	if (code == MAP_FAILED)
		exit(1);
	x = ((burner *)(uintptr_t)(code + ((uintptr_t)burn - (uintptr_t)&__executable_start)))(x);
	munmap(code, length);
	return x;
}

static void *
work(void *arg)
{
	uint64_t x = (uint64_t)(uintptr_t)arg;

	while (time(NULL) < end)
		x = self < 0 ? use_data(x) : use_code(x);
	return (void *)(uintptr_t)x;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 1;
	pthread_t thread;

	end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	if (argc > 3)
		self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	for (int i = 1; i < n; i++)
		if (pthread_create(&thread, NULL, work, (void *)(uintptr_t)i))
			return 1;
	work(NULL);
	return 0;
}
