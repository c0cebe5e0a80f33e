// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows which files programs will map.
 *
 *	needed PROGRAM...	one path a line
 *	needed -t PROGRAM...	"files=11 ms=0.42 PROGRAM", the best of some
 *	needed -c FILE NAME...	what a file like /etc/ld.so.cache has for each name, or "-" */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"
#include "elf/ldcache.h"
#include "elf/needed.h"

enum { ROUNDS = 30 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
measure(const char *program)
{
	double best = 1e9, start;
	struct needed list;
	size_t n = 0;

	for (int i = 0; i < ROUNDS; i++) {
		start = now_ms();
		needed_list(program, &list);
		start = now_ms() - start;
		best = start < best ? start : best;
		n = list.n;
		needed_free(&list);
	}
	printf("files=%zu ms=%.2f %s\n", n, best, program);
}

static void
show(const char *program)
{
	struct needed list;

	needed_list(program, &list);
	for (size_t i = 0; i < list.n; i++)
		puts(list.paths[i]);
	needed_free(&list);
}

static void
ask_cache(int n, char **words)
{
	struct ldcache *c = ldcache_open(words[0]);

	if (!c)
		puts("none");
	for (int i = 1; i < n; i++) {
		const char *found = ldcache_find(c, words[i]);

		puts(found ? found : "-");
	}
	ldcache_close(c);
}

int
main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "-c")) {
		ask_cache(argc - 2, argv + 2);
		return EXIT_DONE;
	}
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[1], "-t") && i > 1)
			measure(argv[i]);
		else if (strcmp(argv[1], "-t"))
			show(argv[i]);
	return argc > 1 ? EXIT_DONE : EXIT_USAGE;
}
