/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mangled name must have in it so that its readable form can match: the identifiers of the pattern. Demangling is a
 * hundred times as slow as looking for these. */
#ifndef SAMPLER_NEEDLES_H
#define SAMPLER_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NEEDLES_MAX = 8 };

struct needle {
	uint32_t at, len; /* in the pattern */
};

/* Those of a name or glob; returns how many there are, 0 if nothing is certain. */
size_t needles_find(const char *pattern, struct needle needles[NEEDLES_MAX]);

/* Whether the name has all of them. */
bool needles_in(const char *pattern, const struct needle *needles, size_t n, const char *name, size_t len);

#endif
