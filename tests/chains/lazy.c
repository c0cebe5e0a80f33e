// SPDX-License-Identifier: GPL-2.0-or-later
/* Binds functions when they are first called: lazy SECONDS opens lazy-0.so, lazy-1.so, ... (copies of one library, made
 * of lazy.S with -DCALLS) and calls call_all() of each, which calls each function of lazy-many.so once. */
#include <dlfcn.h>
#include <stdio.h>

#include "burn.h"

enum { COPIES = 16 };

static void (*call_all[COPIES])(void);

static KEEP void
deep(int n)
{
	if (n > 1)
		deep(n - 1);
	else
		for (int i = 0; i < COPIES && more(); i++)
			call_all[i]();
	AND_BACK;
}

int
main(int argc, char **argv)
{
	for (int i = 0; i < COPIES; i++) {
		char name[32];
		void *copy;

		snprintf(name, sizeof(name), "lazy-%d.so", i);
		copy = dlopen(name, RTLD_LAZY);
		if (!copy)
			return 1;
		*(void **)&call_all[i] = dlsym(copy, "call_all");
	}
	begin(argc, argv);
	deep(20);
	return 0;
}
