// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes the unwind tables of files from the cache, and puts them there.
 *
 *	cache [-b BYTES] FILE...	"loaded FILE" when the table was there and is the one that is built, "different FILE"
 *					when it is another, else "built FILE", and it is stored; "nothing FILE" when none can be
 *					built. BYTES: the cache's bound
 *	cache -t FILE...		"chunks=35 build=2.31 store=0.42 load=0.07 check=0.03 FILE": best times in ms
 *
 * First of all "off" when there is no cache. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/msg.h"
#include "unwind/cache.h"

enum { ROUNDS = 30 };

static bool
same(const struct unwind_table *a, const struct unwind_table *b)
{
	return a->n_chunks == b->n_chunks && a->rules == b->rules && a->base == b->base &&
	       a->n_entries == b->n_entries && a->n_rules == b->n_rules && a->n_rows == b->n_rows &&
	       a->skipped == b->skipped && a->unsupported == b->unsupported &&
	       !memcmp(a->image, b->image, (size_t)a->n_chunks * UNWIND_CHUNK);
}

static const char *
use(struct unwind_cache *c, const struct elf_file *f)
{
	struct unwind_table loaded, built;
	const char *what = "built";
	struct err err = {0};

	if (unwind_build(f, &built, &err))
		return "nothing";
	if (unwind_cache_load(c, f, &loaded))
		what = same(&loaded, &built) ? "loaded" : "different";
	else
		unwind_cache_store(c, f, &built);
	unwind_free(&loaded);
	unwind_free(&built);
	return what;
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
best(double *ms, double since)
{
	double took = now_ms() - since;

	if (!*ms || took < *ms)
		*ms = took;
}

/* Each round opens the file anew, so that building has its page faults. */
static void
measure(struct unwind_cache *c, const char *path)
{
	double build = 0, store = 0, load = 0, check = 0, sum = 0, start;
	struct unwind_table t, u;
	uint32_t n_chunks = 0;
	struct checksum s;
	struct err err;

	for (int i = 0; i < ROUNDS; i++) {
		struct elf_file *f = elf_open(path, &err);

		start = now_ms();
		if (!f || unwind_build(f, &t, &err))
			die("%s", err.text);
		best(&build, start);
		start = now_ms();
		unwind_cache_store(c, f, &t);
		best(&store, start);
		elf_close(f);
		f = elf_open(path, &err);
		start = now_ms();
		if (!unwind_cache_load(c, f, &u))
			die("%s: not loaded", path);
		best(&load, start);
		start = now_ms();
		unwind_check(&u);
		best(&check, start);
		start = now_ms();
		checksum_begin(&s);
		checksum_add(&s, u.image, (size_t)u.n_chunks * UNWIND_CHUNK);
		best(&sum, start);
		n_chunks = u.n_chunks;
		unwind_free(&t);
		unwind_free(&u);
		elf_close(f);
	}
	printf("chunks=%u build=%.3f store=%.3f load=%.3f check=%.3f sum=%.3f %s\n", n_chunks, build, store, load,
	       check, sum, path);
}

int
main(int argc, char **argv)
{
	struct unwind_cache *c = unwind_cache_open();
	bool times = false;
	struct err err;
	int option;

	if (!c)
		puts("off");
	while ((option = getopt(argc, argv, "b:t")) != -1)
		if (option == 'b')
			unwind_cache_bound(c, strtoull(optarg, NULL, 10));
		else if (option == 't')
			times = true;
		else
			return EXIT_USAGE;
	for (; optind < argc; optind++) {
		struct elf_file *f = times ? NULL : elf_open(argv[optind], &err);

		if (times)
			measure(c, argv[optind]);
		else if (f)
			printf("%s %s\n", use(c, f), argv[optind]);
		else
			die("%s", err.text);
		elf_close(f);
	}
	unwind_cache_close(c);
	return EXIT_DONE;
}
