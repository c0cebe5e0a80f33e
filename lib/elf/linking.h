/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program's files as the dynamic linker finds them; for elf/needed.h. */
#ifndef ELF_LINKING_H
#define ELF_LINKING_H

#include <stddef.h>
#include <sys/types.h>

#include "elf/dynamic.h"
#include "elf/file.h"
#include "elf/ldcache.h"
#include "elf/needed.h"

/* All owned. */
struct object {
	struct elf_file *file;
	struct dynamic dynamic;
	char *asked;  /* the name by which it was first asked for */
	char *origin; /* the directory it was found in: $ORIGIN */
	dev_t device;
	ino_t inode;
	const struct object *loader; /* who needed it first; NULL of the program */
};

struct linking {
	struct object *all[NEEDED_MAX]; /* in the order of loading: the program, its interpreter, … */
	size_t n;
	struct ldcache *cache;
	unsigned tries; /* paths asked for */
};

/* Opens one file unless it is there already; `loader` may be NULL. False: it cannot be loaded. */
bool linking_add(struct linking *l, const struct object *loader, const char *asked, const char *path);

/* Finds what `loader` asks for, and adds it. */
bool linking_find(struct linking *l, const struct object *loader, const char *name);

void linking_free(struct linking *l);

#endif
