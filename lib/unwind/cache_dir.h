/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory that unwind tables are kept in. Private to lib/unwind. */
#ifndef UNWIND_CACHE_DIR_H
#define UNWIND_CACHE_DIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Opens it, made when missing. -1: there is no place for it, or others could write to it. */
int cache_dir_open(void);

/* Whether what is there can have come from us only. */
bool cache_dir_trusts(const struct stat *st);

/* Removes files until no more than `bound` bytes are left: those that writers left behind, then the least recently
 * modified ones. Files whose names are no build-ids are not looked at. */
void cache_dir_trim(int dir, uint64_t bound);

#endif
