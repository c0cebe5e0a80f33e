/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables kept on disk from one run to the next, by build-id: loading one is 30 times as fast as making it.
 *
 * They are in $XDG_CACHE_HOME/pb/unwind, else in $HOME/.cache/pb/unwind; a file may go at any time. All here work on
 * NULL, the cache that is off. */
#ifndef UNWIND_CACHE_H
#define UNWIND_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/file.h"
#include "unwind/table.h"

struct unwind_cache;

/* Opens the directory, and makes it when it is missing. NULL when there is none that only we can write to. */
struct unwind_cache *unwind_cache_open(void);

void unwind_cache_close(struct unwind_cache *c);

/* The table that unwind_build() would make of this file. False: make it. */
bool unwind_cache_load(struct unwind_cache *c, const struct elf_file *f, struct unwind_table *t);

/* Keeps what unwind_build() made of it. What goes wrong is not told: then there is no file, or the old one. */
void unwind_cache_store(struct unwind_cache *c, const struct elf_file *f, const struct unwind_table *t);

/* How many bytes may be in the directory; UNWIND_CACHE_BYTES unless said. Who goes beyond that by storing removes what
 * has not been used for the longest time. */
void unwind_cache_bound(struct unwind_cache *c, uint64_t bytes);

enum {
	UNWIND_CACHE_BYTES = 256 << 20,
	UNWIND_CACHE_LEAST = 8, /* chunks; smaller tables are not kept */
};

#endif
