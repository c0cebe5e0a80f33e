/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that a program will map at its start, known before it is run: itself, the dynamic linker and all libraries
 * that it and they need, searched for as ld.so(8) does it in our environment. A guess that saves time: what is odd is
 * left out. */
#ifndef ELF_NEEDED_H
#define ELF_NEEDED_H

#include <stddef.h>

enum { NEEDED_MAX = 256 };

struct needed {
	char **paths; /* owned; as the kernel names them, without symbolic links; each once, the program first */
	size_t n;     /* at most NEEDED_MAX */
};

/* `program` is what execvp(3) takes. Of a script the list is its interpreter's, and also NAME's for
 * "#!/usr/bin/env NAME". */
void needed_list(const char *program, struct needed *list);

void needed_free(struct needed *list);

#endif
