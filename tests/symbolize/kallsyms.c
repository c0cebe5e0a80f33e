// SPDX-License-Identifier: GPL-2.0-or-later
/* kallsyms FILE ADDRESS...: what lib/sym/kallsyms.h finds, a line for each; then the base of each module named with
 * "base:". Reads /proc/kallsyms itself when FILE is "-". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sym/kallsyms.h"

static struct kallsyms *
load(const char *path, struct err *err)
{
	static char text[1 << 20];
	FILE *f;
	size_t n;

	if (!strcmp(path, "-"))
		return kallsyms_load(err);
	f = fopen(path, "r");
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	if (f)
		fclose(f);
	return kallsyms_parse(text, n, err);
}

int
main(int argc, char **argv)
{
	struct err err = {0};
	struct kallsyms *k = load(argv[1], &err);

	if (!k) {
		puts(err.text);
		return 1;
	}
	printf("%zu functions\n", kallsyms_count(k));
	for (int i = 2; i < argc; i++) {
		unsigned long long address = strtoull(argv[i], NULL, 16);
		struct ksym s;

		if (!strncmp(argv[i], "base:", 5))
			printf("%llx\n", (unsigned long long)kallsyms_base(k, argv[i] + 5));
		else if (kallsyms_find(k, address, &s))
			printf("%s+%llx/%llx [%s]\n", s.name, address - s.start, (unsigned long long)s.size, s.module);
		else
			puts("-");
	}
	kallsyms_free(k);
	return 0;
}
