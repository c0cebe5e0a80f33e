// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows the unwind table of a file.
 *
 *	rows FILE	what is in it, and how long it took: "rows=4 rules=5 chunks=3 skipped=0 unsupported=0 ms=0.1"
 *	rows -d FILE	the same, then each row: the vaddr from which on it holds, and the rule
 *	rows -f FILE	the rule at each vaddr (hexadecimal) of stdin
 *	rows -v FILE	writes the vDSO of this process to FILE, and the first of these
 *
 * A rule is "REGISTER 7 8 0 FLAGS SAVED...": kind, base, cfa, load, and enum unwind_saved's words, - for those not
 * touched, ? for those lost, r5 for those in a register. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "base/msg.h"
#include "elf/file.h"
#include "unwind/table.h"

static const char *const kinds[] = {
	[UNWIND_NONE] = "NONE", [UNWIND_ROOT] = "ROOT",	    [UNWIND_REGISTER] = "REGISTER",	  [UNWIND_LOAD] = "LOAD",
	[UNWIND_PLT] = "PLT",	[UNWIND_SIGNAL] = "SIGNAL", [UNWIND_UNSUPPORTED] = "UNSUPPORTED",
};

static void
show_rule(uint64_t vaddr, const struct unwind_rule *r)
{
	printf("%" PRIx64 " %s %u %d %d %u", vaddr, kinds[r->kind], r->base, r->cfa, r->load, r->flags);
	for (int i = 0; i < N_SAVED; i++)
		if (r->saved[i] == UNWIND_LOST)
			printf(" ?");
		else if (r->saved[i] == UNWIND_SAME)
			printf(" -");
		else if (r->saved[i] >= UNWIND_IN_REGISTER)
			printf(" r%d", r->saved[i] - UNWIND_IN_REGISTER);
		else
			printf(" %d", r->saved[i]);
	putchar('\n');
}

/* What begins where code ends may be in no segment, or in one that is elsewhere in memory. */
static uint64_t
vaddr_of(const struct elf_file *f, uint64_t offset, bool end)
{
	uint64_t vaddr;

	return elf_vaddr(f, offset - end, &vaddr) ? vaddr + end : 0;
}

static void
show_row(const struct elf_file *f, uint64_t offset, const struct unwind_rule *r)
{
	show_rule(vaddr_of(f, offset, r->kind == UNWIND_NONE), r);
}

/* Goes through the image itself, so that all of it is seen. */
static void
show_rows(const struct elf_file *f, const struct unwind_table *t)
{
	const struct unwind_entry *entries = (const void *)t->image;
	const struct unwind_row *rows = (const void *)t->image;
	const struct unwind_rule *rules = (const void *)(t->image + (size_t)t->rules * UNWIND_CHUNK);
	uint16_t last = 0;

	for (uint32_t i = 0; i < t->n_entries; i++) {
		uint64_t page = (uint64_t)(t->base + i) << UNWIND_PAGE_SHIFT;

		if (entries[i].rule != last)
			show_row(f, page, &rules[entries[i].rule]);
		last = entries[i].rule;
		for (uint32_t n = 0; n < entries[i].n; n++) {
			const struct unwind_row *row = &rows[entries[i].first + n];

			show_row(f, page + row->at, &rules[row->rule]);
			last = row->rule;
		}
	}
	if (last)
		show_row(f, (uint64_t)(t->base + t->n_entries) << UNWIND_PAGE_SHIFT, &rules[0]);
}

static void
answer(const struct elf_file *f, const struct unwind_table *t)
{
	uint64_t vaddr, offset;

	while (scanf("%" SCNx64, &vaddr) == 1)
		if (elf_offset(f, vaddr, &offset))
			show_rule(vaddr, unwind_find(t, offset));
}

static void
write_vdso(const char *path)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR), from, to;
	FILE *maps = fopen("/proc/self/maps", "r"), *out = fopen(path, "w");
	char line[512];

	if (!maps || !out)
		die("%s:", path);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && from == start)
			fwrite((const void *)from, 1, to - from, out);
	fclose(maps);
	if (fclose(out))
		die("%s:", path);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	const char *path = argv[argc - 1], *mode = argc > 2 ? argv[1] : "";
	struct unwind_table t;
	struct err err = {0};
	struct elf_file *f;
	double start;

	if (!strcmp(mode, "-v"))
		write_vdso(path);
	start = now_ms();
	f = elf_open(path, &err);
	if (!f || unwind_build(f, &t, &err))
		die("%s", err.text);
	start = now_ms() - start;
	if (unwind_check(&t))
		die("%s: %s", path, unwind_check(&t));
	if (!strcmp(mode, "-f"))
		answer(f, &t);
	else
		printf("rows=%" PRIu64 " rules=%u chunks=%u skipped=%" PRIu64 " unsupported=%" PRIu64 " ms=%.1f\n", t.n_rows,
		       t.n_rules, t.n_chunks, t.skipped, t.unsupported, start);
	if (!strcmp(mode, "-d"))
		show_rows(f, &t);
	unwind_free(&t);
	elf_close(f);
	return 0;
}
