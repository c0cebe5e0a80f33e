// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows what a file tells of its functions besides its symbol tables:
 *
 *	spare plt|go|mini FILE		0x401030 16 puts@plt, a line each, in the file's order */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf/minidebug.h"
#include "elf/pclntab.h"
#include "elf/plt.h"

static void
show(struct symtab *t)
{
	symtab_find(t, 0);
	for (size_t i = 0; i < t->n; i++)
		printf("0x%" PRIx64 " %" PRIu64 " %s\n", t->ranges[i].start, t->ranges[i].end - t->ranges[i].start,
		       t->ranges[i].name);
}

int
main(int argc, char **argv)
{
	struct symtab known = {0}, found = {0};
	struct intern names = {0};
	struct err err = {0};
	struct elf_file *f = argc == 3 ? elf_open(argv[2], &err) : NULL, *mini = NULL;

	if (f && !strcmp(argv[1], "plt")) {
		symtab_read(&known, f);
		plt_read(&found, &names, f, &known);
	} else if (f && !strcmp(argv[1], "go")) {
		pclntab_read(&found, f);
	} else if (f) {
		mini = minidebug_open(f, &err);
		if (mini)
			symtab_read(&found, mini);
	}
	show(&found);
	if (err.text[0])
		fprintf(stderr, "%s\n", err.text);
	symtab_free(&known);
	symtab_free(&found);
	intern_free(&names);
	elf_close(mini);
	elf_close(f);
	return f && !err.text[0] ? 0 : 1;
}
