/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a text by where it is, so that long texts which stay where they are need not be read each time.
 *
 *	const uint32_t *known = addresses_find(&a, text);
 *	uint32_t id = known ? *known : addresses_add(&a, text, intern(&all, text, strlen(text)));
 */
#ifndef BASE_ADDRESSES_H
#define BASE_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

struct addresses {
	struct address {
		const void *at;
		uint32_t id; /* the caller's */
	} *all;		     /* owned */
	size_t n, cap;
	struct table table;
};

/* Valid until the next addition. NULL: it was not added. */
const uint32_t *addresses_find(const struct addresses *a, const void *at);

/* Adds one that is not there yet. Returns the id. */
uint32_t addresses_add(struct addresses *a, const void *at, uint32_t id);

void addresses_free(struct addresses *a);

#endif
