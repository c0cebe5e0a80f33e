// SPDX-License-Identifier: GPL-2.0-or-later
/* Hashes, and a hash table of array indexes (open addressing, linear probing, at most 2/3 full). */
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

uint64_t
hash_bytes(const void *data, size_t len)
{
	const char *p = data;
	uint64_t h = len * 0x9e3779b97f4a7c15ULL, word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	word = 0;
	if (len >= 4) {
		uint32_t head, tail;

		memcpy(&head, p, 4);
		memcpy(&tail, p + len - 4, 4);
		word = (uint64_t)head << 32 | tail;
	} else if (len) {
		word = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[len / 2] << 8 |
		       (unsigned char)p[len - 1];
	}
	return hash_word(h ^ word);
}

static void
place(struct table *t, uint32_t tag, uint32_t stored)
{
	size_t at = table_home(t, tag);

	while (t->slots[at].index)
		at = (at + 1) & t->mask;
	t->slots[at] = (struct slot){.tag = tag, .index = stored};
}

static void
grow(struct table *t)
{
	struct table old = *t;
	size_t n = old.slots ? (old.mask + 1) * 2 : 64;

	t->slots = xcalloc(n, sizeof(*t->slots));
	t->mask = n - 1;
	for (size_t i = 0; old.slots && i <= old.mask; i++)
		if (old.slots[i].index)
			place(t, old.slots[i].tag, old.slots[i].index);
	free(old.slots);
}

void
table_insert(struct table *t, uint64_t hash, uint32_t index)
{
	if (!t->slots || t->used * 3 >= t->mask * 2)
		grow(t);
	place(t, (uint32_t)(hash >> 32), index + 1);
	t->used++;
}

void
table_clear(struct table *t)
{
	if (t->slots)
		memset(t->slots, 0, (t->mask + 1) * sizeof(*t->slots));
	t->used = 0;
}

void
table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}
