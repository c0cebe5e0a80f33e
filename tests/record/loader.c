// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads a library and lets it call its function so often: loader LIBRARY COUNT [wait]; with "wait" it reads a line of standard
 * input between the two. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	char line[64];
	void *library = dlopen(argv[1], RTLD_NOW);
	int (*run)(int) = library ? (int (*)(int))dlsym(library, "plugin_run") : NULL;

	if (!run) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	if (argc > 3 && !fgets(line, sizeof(line), stdin))
		return 1;
	run(atoi(argv[2]));
	return 0;
}
