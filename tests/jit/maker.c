// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes code at run time and tells of it in a perf map, in the way that its argument says; spends cpu time in it (tests/jit.bats). x86-64. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 256 };

static unsigned char *code;
static FILE *map;

/* mov rcx, rdi; dec rcx; jnz -5; ret */
static const unsigned char loop[] = {0x48, 0x89, 0xf9, 0x48, 0xff, 0xc9, 0x75, 0xfb, 0xc3};

static void
make(int piece)
{
	memcpy(code + piece * PIECE, loop, sizeof(loop));
}

static void
say(int piece, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	if (!map && !(map = fopen(path, "w")))
		exit(1);
	fprintf(map, "%lx %x %s\n", (unsigned long)(uintptr_t)(code + piece * PIECE), PIECE, name);
	fflush(map);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
spend(int piece, double seconds)
{
	double end = now() + seconds;

	while (now() < end)
		((void (*)(unsigned long))(uintptr_t)(code + piece * PIECE))(100000);
}

/* Other code comes to the place of the first. */
static void
replace(void)
{
	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "made_%d", i);
		make(0);
		say(0, name);
		spend(0, 1.2);
	}
}

static void
fork_one(void)
{
	say(0, "made_by_parent");
	if (!fork()) {
		spend(0, 1);
		_exit(0);
	}
	wait(NULL);
}

/* As a compiler that never forgets. */
static void
tell_much(long lines)
{
	say(0, "made_first");
	for (long i = 0; i < lines; i++)
		fprintf(map, "%lx 20 filler_%ld\n", 0x100000000000UL + (unsigned long)i * 32, i);
	fflush(map);
	make(1);
	say(1, "made_last");
	spend(0, 2);
	spend(1, 30);
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "first";
	int fd = strstr(how, "memfd") ? memfd_create("jit", 0) : -1;

	if (fd >= 0 && ftruncate(fd, 1 << 16))
		return 1;
	code = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE | PROT_EXEC, fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	if (code == MAP_FAILED)
		return 1;
	make(0);
	if (!strcmp(how, "late")) { /* windows after it has run first */
		spend(0, 1.5);
		say(0, "made_late");
		spend(0, 1);
	} else if (!strcmp(how, "last")) {
		spend(0, 1);
		say(0, "made_last");
	} else if (!strcmp(how, "replace")) {
		replace();
	} else if (!strcmp(how, "fork")) {
		fork_one();
	} else if (!strcmp(how, "much")) {
		tell_much(atol(argv[2]));
	} else if (!strcmp(how, "silent")) {
		spend(0, 1);
	} else {
		say(0, "made_first");
		spend(0, argc > 2 ? atof(argv[2]) : 1);
	}
	return 0;
}
