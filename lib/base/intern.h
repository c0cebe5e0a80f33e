/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings kept once: each distinct byte string gets a small dense id, 0, 1, 2, … */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

struct interned {
	const char *text; /* NUL-terminated, lives as long as the intern */
	uint32_t len;
	uint64_t hash;
};

struct intern {
	struct interned *all; /* by id; owned */
	size_t n, cap;
	struct table table;
	struct chunk *chunks; /* the arena the texts live in */
};

#define INTERN_NONE UINT32_MAX

uint32_t intern(struct intern *in, const char *text, size_t len); /* text may hold any bytes */
uint32_t intern_find(const struct intern *in, const char *text, size_t len); /* or INTERN_NONE */
void intern_free(struct intern *in);

#endif
