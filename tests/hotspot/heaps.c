// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the code heaps of a Java virtual machine as pb-record does, and tells what it found.
 *
 *	heaps PID		heaps=3 chunks=1234 bytes=5678 and so on, then per heap its kinds of rules
 *	heaps PID ADDRESS...	then the rule at each address
 *	heaps PID names		what each piece of code is called, as a perf map
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/msg.h"
#include "tests/hotspot/libjvm.h"
#include "unwind/hotspot.h"

struct counting {
	pid_t pid;
	uint64_t bytes;
};

static size_t
count(void *context, const struct memory_piece *pieces, size_t n)
{
	struct counting *c = context;
	size_t done = memory_of_process(&c->pid, pieces, n);

	for (size_t i = 0; i < done; i++)
		c->bytes += pieces[i].size;
	return done;
}

static void
print_rule(const struct unwind_rule *r)
{
	printf("kind=%u base=%u cfa=%d load=%d flags=%u saved=", r->kind, r->base, r->cfa, r->load, r->flags);
	for (int i = 0; i < N_SAVED; i++)
		printf("%s%d", i ? "," : "", r->saved[i]);
	printf("\n");
}

static void
print_heap(const struct unwind_table *t, const struct hotspot_range *range, int n, char **addresses)
{
	printf("%" PRIx64 "-%" PRIx64 " rows=%" PRIu64 " rules=%u chunks=%u unsupported=%" PRIu64 "\n", range->start, range->end,
	       t->n_rows, t->n_rules, t->n_chunks, t->unsupported);
	for (int i = 0; i < n; i++) {
		uint64_t at = strtoull(addresses[i], NULL, 16);

		if (at < range->start || at >= range->end)
			continue;
		printf("%s ", addresses[i]);
		print_rule(unwind_find(t, at - range->start));
	}
}

static void
print_name(void *context, uint64_t start, uint64_t size, const char *name, size_t len)
{
	(void)context;
	printf("0x%016" PRIx64 " 0x%016" PRIx64 " %.*s\n", start, size, (int)len, name);
}

int
main(int argc, char **argv)
{
	struct counting counting = {.pid = argc > 1 ? atoi(argv[1]) : 0};
	struct memory m = {.read = count, .context = &counting};
	struct hotspot_range ranges[HOTSPOT_HEAPS_MAX];
	struct unwind_table tables[HOTSPOT_HEAPS_MAX] = {0};
	uint64_t bias = 0, begin, first, read, again, now;
	struct elf_file *f = open_libjvm(counting.pid, &bias);
	struct hotspot *h;
	struct err err;
	size_t n, chunks = 0;

	if (!f)
		die("process %d has no libjvm.so", (int)counting.pid);
	begin = monotonic_ns();
	h = hotspot_open(&m, f, bias, &err);
	elf_close(f);
	if (!h)
		die("%s", err.text);
	if (argc > 2 && !strcmp(argv[2], "names"))
		hotspot_on_code(h, print_name, NULL);
	now = monotonic_ns();
	n = hotspot_ranges(h, ranges);
	for (size_t i = 0; i < n; i++)
		if (hotspot_look(h, i, true) < 0 || hotspot_table(h, i, &tables[i]))
			die("heap %zu cannot be read", i);
		else
			chunks += tables[i].n_chunks;
	first = monotonic_ns();
	read = counting.bytes;
	for (size_t i = 0; i < n; i++)
		hotspot_look(h, i, true);
	again = monotonic_ns();
	printf("heaps=%zu chunks=%zu bytes=%" PRIu64 " open=%.2f ms=%.2f again=%.2f again_bytes=%" PRIu64 "\n", n, chunks, read,
	       (double)(now - begin) / 1e6, (double)(first - now) / 1e6, (double)(again - first) / 1e6, counting.bytes - read);
	for (size_t i = 0; i < n; i++) {
		print_heap(&tables[i], &ranges[i], argc - 2, argv + 2);
		unwind_free(&tables[i]);
	}
	hotspot_close(h);
	return 0;
}
