// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings kept once. */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"

enum { CHUNK = 64 << 10 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	char bytes[];
};

static char *
keep(struct intern *in, const char *text, size_t len)
{
	struct chunk *c = in->chunks;
	char *copy;

	if (!c || c->size - c->used < len + 1) {
		size_t size = len + 1 > CHUNK ? len + 1 : CHUNK;

		c = xmalloc(sizeof(*c) + size);
		*c = (struct chunk){.next = in->chunks, .size = size};
		in->chunks = c;
	}
	copy = c->bytes + c->used;
	if (len)
		memcpy(copy, text, len);
	copy[len] = 0;
	c->used += len + 1;
	return copy;
}

static uint32_t
find(const struct intern *in, const char *text, size_t len, uint64_t hash)
{
	struct table_probe p = table_probe(&in->table, hash);
	uint32_t id;

	while (table_next(&in->table, &p, &id))
		if (in->all[id].len == len && in->all[id].hash == hash && (!len || !memcmp(in->all[id].text, text, len)))
			return id;
	return INTERN_NONE;
}

uint32_t
intern_find(const struct intern *in, const char *text, size_t len)
{
	return find(in, text, len, hash_bytes(text, len));
}

uint32_t
intern(struct intern *in, const char *text, size_t len)
{
	uint64_t hash = hash_bytes(text, len);
	uint32_t id = find(in, text, len, hash);

	if (id != INTERN_NONE)
		return id;
	if (len >= UINT32_MAX || in->n >= UINT32_MAX - 1)
		die("out of memory");
	GROW(in->all, in->n, in->cap);
	in->all[in->n] = (struct interned){.text = keep(in, text, len), .len = (uint32_t)len, .hash = hash};
	table_insert(&in->table, hash, (uint32_t)in->n);
	return (uint32_t)in->n++;
}

void
intern_free(struct intern *in)
{
	for (struct chunk *c = in->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(in->all);
	table_free(&in->table);
	*in = (struct intern){0};
}
