/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said when a name matches nothing, or too much: the names nearest to it, and how many there would be. */
#ifndef SAMPLER_NEAR_H
#define SAMPLER_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { NEAREST_MAX = 3 };

struct near {
	const char *wanted;
	size_t len;
	const char *names[NEAREST_MAX]; /* best first */
	unsigned ranks[NEAREST_MAX];
	size_t n;
};

struct near near_to(const char *wanted);

/* A name that there is. It is kept if it is near: few letters to change, or the wanted name as a part of it; `shown` is
 * what is said of it then, and has to live as long as *near. */
void near_offer(struct near *near, const char *name, const char *shown);

/* One that is better than any that is just near. */
void near_prefer(struct near *near, const char *shown);

/* "; near it: vfs_read, vfs_readv", or "" when nothing is. Valid until the next call. */
const char *near_text(const struct near *near);

/* Insertions, deletions, replacements and swaps of neighbours that make b of a; limit + 1 if they are more. */
unsigned edit_distance(const char *a, const char *b, unsigned limit);

/* Whether fnmatch(3) has something to do. */
bool is_pattern(const char *text);

/* Says that a pattern matches n `things`, which are more than --max-probes allows, and returns -1. */
int too_many(struct err *err, const char *pattern, const char *things, uint64_t n, uint64_t max);

#endif
