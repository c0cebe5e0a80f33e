// SPDX-License-Identifier: GPL-2.0-or-later
/* What debug information says of addresses, in the way of `llvm-symbolizer --obj=FILE` and of `addr2line -if`:
 *
 *	chains [-n] [-s] FILE [ALT] <VADDRS	for each a function and its file:line, innermost first, and an empty line.
 *						-n: without inlined functions; -s: without lines; ALT: dwz's supplementary file
 *	chains -w FILE [ALT]			walks every unit, and says how long that took
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dwarf/dwarf.h"
#include "dwarf/tree.h"
#include "dwarf/unit.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
walk(const struct elf_file *f)
{
	struct debug_file d;
	size_t nodes = 0, places = 0, size;
	double start;

	debug_file_init(&d, f, false);
	size = sections_get(&d.sections, DWARF_INFO)->size;
	start = now();
	debug_file_units(&d);
	printf("%zu units in %.1f ms, ", d.n, 1e3 * (now() - start));
	for (size_t i = 0; i < d.n; i++)
		unit_root(&d.units[i]);
	printf("with roots %.1f ms\n", 1e3 * (now() - start));
	start = now();
	for (size_t i = 0; i < d.n; i++)
		unit_abbrevs(&d.units[i]);
	printf("abbreviations in %.1f ms\n", 1e3 * (now() - start));
	start = now();
	for (size_t i = 0; i < d.n; i++) {
		const struct tree *t = unit_tree(&d.units[i], &d.walk);

		nodes += t->n;
		places += t->places.n;
	}
	printf("%zu nodes, %zu places in %.1f ms: %.0f MB/s\n", nodes, places, 1e3 * (now() - start),
	       (double)size / 1e6 / (now() - start));
	debug_file_free(&d);
}

static void
find(struct dwarf *d, uint64_t vaddr, unsigned what)
{
	struct dwarf_place place;

	dwarf_find(d, vaddr, what, &place);
	if (!place.n)
		puts("??\n??:0");
	for (size_t i = 0; i < place.n; i++) {
		const struct dwarf_frame *c = &place.chain[i];

		printf("%s\n%s:%u\n", c->name ? c->name : "??", c->source ? c->source : "??", c->line);
	}
	putchar('\n');
}

int
main(int argc, char **argv)
{
	unsigned what = DWARF_INLINES | DWARF_LINES;
	struct elf_file *f, *alt;
	bool walks = false;
	struct dwarf *d;
	char line[64];
	struct err err;
	int option;

	while ((option = getopt(argc, argv, "nsw")) != -1) {
		what -= option == 'n' ? DWARF_INLINES : option == 's' ? DWARF_LINES : 0;
		walks |= option == 'w';
	}
	f = optind < argc ? elf_open(argv[optind], &err) : NULL;
	alt = f && optind + 1 < argc ? elf_open(argv[optind + 1], &err) : NULL;
	if (!f)
		return 1;
	if (walks) {
		walk(f);
		return 0;
	}
	d = dwarf_open(f);
	if (!d)
		return 1;
	if (alt)
		dwarf_set_alt(d, alt);
	while (fgets(line, sizeof(line), stdin))
		find(d, strtoull(line, NULL, 16), what);
	dwarf_close(d);
	elf_close(alt);
	elf_close(f);
	return 0;
}
