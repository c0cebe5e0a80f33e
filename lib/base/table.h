/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes, and a hash table of array indexes: the caller keeps the entries in its own array and the
 * table finds their index.
 *
 *	struct table_probe p = table_probe(&t, hash);
 *	while (table_next(&t, &p, &i))
 *		if (same(&entries[i], wanted))
 *			return i;
 *	table_insert(&t, hash, n_entries);	// then append the entry
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot {
	uint32_t tag;	/* upper half of the hash */
	uint32_t index; /* entry's index + 1; 0 is an empty slot */
};

struct table {
	struct slot *slots; /* owned; NULL until the first insert */
	size_t mask;	    /* slots - 1, a power of two less one */
	size_t used;
};

struct table_probe {
	uint32_t tag;
	size_t at;
};

uint64_t hash_bytes(const void *data, size_t len);

void table_insert(struct table *t, uint64_t hash, uint32_t index);
void table_clear(struct table *t); /* forgets all entries, keeps the memory */
void table_free(struct table *t);

/* Mixes one word; the finalizer of MurmurHash3 (public domain), a bijection with full avalanche. */
static inline uint64_t
hash_word(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

static inline uint64_t
hash_pair(uint64_t a, uint64_t b)
{
	return hash_word(a * 0x9e3779b97f4a7c15ULL + b);
}

/* The slot a hash starts at comes from its tag alone, so that growing needs no rehash of entries. */
static inline size_t
table_home(const struct table *t, uint32_t tag)
{
	return (size_t)tag & t->mask;
}

static inline struct table_probe
table_probe(const struct table *t, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32);

	return (struct table_probe){.tag = tag, .at = table_home(t, tag)};
}

/* Steps to the next entry whose hash may be equal. */
static inline bool
table_next(const struct table *t, struct table_probe *p, uint32_t *index)
{
	if (!t->slots)
		return false;
	while (t->slots[p->at].index) {
		struct slot s = t->slots[p->at];

		p->at = (p->at + 1) & t->mask;
		if (s.tag == p->tag) {
			*index = s.index - 1;
			return true;
		}
	}
	return false;
}

#endif
