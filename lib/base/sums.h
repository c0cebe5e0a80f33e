/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers added up by name, for messages: "ring full 10, map full 2". */
#ifndef BASE_SUMS_H
#define BASE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"

struct sums {
	struct intern names;
	uint64_t *of; /* by name's id; owned */
	size_t cap;
	uint64_t total;
};

uint32_t sums_name(struct sums *sums, const char *name, size_t len); /* the name's id, with 0 for a new one */
void sums_add(struct sums *sums, uint32_t name, uint64_t n);	     /* overflow is the caller's to prevent */
void sums_move(struct sums *to, struct sums *from);		     /* adds up and frees *from */
void sums_free(struct sums *sums);

/* How many are not 0. */
uint32_t sums_count(const struct sums *sums);

/* Those that are not 0: "ring full" if it is one, "ring full 1,234, map full 2" else, with "..." after the eighth.
 * Without control characters; valid until the next call. */
const char *sums_text(const struct sums *sums);

/* "12,345,678"; good for a message with up to four. */
const char *grouped(uint64_t n);

#endif
