// SPDX-License-Identifier: GPL-2.0-or-later
/* Which modules lacked names, and how many samples each cost. */
#include "sym/missing.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { LARGEST = 32 }; /* more modules than that in one stack are not kept apart: time must not grow with them */

struct missing_set {
	uint64_t samples;
	uint32_t without, module; /* this set is that one and this module */
	uint32_t size;
};

static struct missing_set *
append(struct missing *m, uint32_t without, uint32_t module, uint32_t size)
{
	GROW(m->sets, m->n, m->cap);
	m->sets[m->n] = (struct missing_set){.without = without, .module = module, .size = size};
	return &m->sets[m->n++];
}

uint32_t
missing_with(struct missing *m, uint32_t set, uint32_t module)
{
	uint64_t hash = hash_pair(set, module);
	struct table_probe p = table_probe(&m->table, hash);
	uint32_t at;

	if (!m->n)
		append(m, 0, 0, 0);
	for (at = set; at; at = m->sets[at].without)
		if (m->sets[at].module == module)
			return set;
	while (table_next(&m->table, &p, &at))
		if (m->sets[at].without == set && m->sets[at].module == module)
			return at;
	if (m->sets[set].size == LARGEST)
		return set;
	table_insert(&m->table, hash, (uint32_t)m->n);
	append(m, set, module, m->sets[set].size + 1);
	return (uint32_t)m->n - 1;
}

void
missing_count(struct missing *m, uint32_t set, uint64_t samples)
{
	if (set)
		m->sets[set].samples += samples;
}

void
missing_sum(const struct missing *m, uint64_t *sums)
{
	for (size_t i = 1; i < m->n; i++)
		for (size_t at = m->sets[i].samples ? i : 0; at; at = m->sets[at].without)
			sums[m->sets[at].module] += m->sets[i].samples;
}

void
missing_free(struct missing *m)
{
	free(m->sets);
	table_free(&m->table);
}
