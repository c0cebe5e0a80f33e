// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a text by where it is. */
#include "base/addresses.h"

#include <stdlib.h>

#include "base/alloc.h"

const uint32_t *
addresses_find(const struct addresses *a, const void *at)
{
	struct table_probe p = table_probe(&a->table, hash_word((uintptr_t)at));
	uint32_t i;

	while (table_next(&a->table, &p, &i))
		if (a->all[i].at == at)
			return &a->all[i].id;
	return NULL;
}

uint32_t
addresses_add(struct addresses *a, const void *at, uint32_t id)
{
	GROW(a->all, a->n, a->cap);
	table_insert(&a->table, hash_word((uintptr_t)at), (uint32_t)a->n);
	a->all[a->n++] = (struct address){at, id};
	return id;
}

void
addresses_free(struct addresses *a)
{
	free(a->all);
	table_free(&a->table);
	*a = (struct addresses){0};
}
