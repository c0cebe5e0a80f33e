// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame tree: arrays indexed by node id, and one hash table for the nodes that branch. */
#include "flame/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"

/*
 * Most nodes have one child (the tail of a stack seen once), so a node remembers one child and only a second
 * child puts both into the table: long tails cost neither a hash nor memory for it.
 */
#define MANY 0x80000000u

void
tree_init(struct tree *t, bool two_values)
{
	*t = (struct tree){.n = 1, .cap = 1024};
	t->nodes = xcalloc(t->cap, sizeof(*t->nodes));
	for (int i = 0; i < (two_values ? 2 : 1); i++)
		t->values[i] = xcalloc(t->cap, sizeof(*t->values[i]));
}

void
tree_keep_starts(struct tree *t)
{
	t->starts = xcalloc(t->cap, sizeof(*t->starts));
}

void
tree_free(struct tree *t)
{
	intern_free(&t->names);
	table_free(&t->table);
	free(t->nodes);
	free(t->starts);
	for (int i = 0; i < TREE_VALUES; i++)
		free(t->values[i]);
	*t = (struct tree){0};
}

static void
grow(struct tree *t)
{
	if (t->n >= MANY - 1)
		die("out of memory");
	t->cap = grow_capacity(t->cap, (size_t)t->n + 1);
	t->nodes = xreallocarray(t->nodes, t->cap, sizeof(*t->nodes));
	for (int i = 0; i < TREE_VALUES && t->values[i]; i++)
		t->values[i] = xreallocarray(t->values[i], t->cap, sizeof(*t->values[i]));
	if (t->starts)
		t->starts = xreallocarray(t->starts, t->cap, sizeof(*t->starts));
}

static uint32_t
append(struct tree *t, uint32_t parent, uint32_t name)
{
	uint32_t id = t->n;

	if (id >= t->cap)
		grow(t);
	t->nodes[id] = (struct tree_node){.parent = parent, .name = name};
	for (int i = 0; i < TREE_VALUES && t->values[i]; i++)
		t->values[i][id] = 0;
	if (t->starts)
		t->starts[id] = t->total[!!t->values[1]];
	t->n++;
	return id;
}

uint32_t
tree_new_child(struct tree *t, uint32_t parent, uint32_t name)
{
	return append(t, parent, name);
}

uint32_t
tree_child(struct tree *t, uint32_t parent, uint32_t name)
{
	uint32_t kept = t->nodes[parent].child, id = kept & ~MANY;
	uint64_t hash;

	if (id && t->nodes[id].name == name)
		return id;
	if (!id) {
		id = append(t, parent, name);
		t->nodes[parent].child = id;
		return id;
	}
	hash = hash_pair(parent, name);
	if (kept & MANY) {
		struct table_probe p = table_probe(&t->table, hash);

		while (table_next(&t->table, &p, &id))
			if (t->nodes[id].name == name && t->nodes[id].parent == parent) {
				t->nodes[parent].child = MANY | id;
				return id;
			}
	} else {
		table_insert(&t->table, hash_pair(parent, t->nodes[id].name), id);
	}
	id = append(t, parent, name);
	table_insert(&t->table, hash, id);
	t->nodes[parent].child = MANY | id;
	return id;
}

bool
tree_add(struct tree *t, uint32_t node, int which, uint64_t value)
{
	if (value > INT64_MAX - t->total[which])
		return false;
	t->total[which] += value;
	t->values[which][node] += value;
	return true;
}

static void
multiply(uint64_t *values, uint32_t n, uint64_t factor)
{
	for (uint32_t i = 0; i < n; i++)
		values[i] *= factor;
}

bool
tree_multiply(struct tree *t, uint64_t factor)
{
	for (int i = 0; i < TREE_VALUES; i++)
		if (factor && t->total[i] > INT64_MAX / factor)
			return false;
	for (int i = 0; i < TREE_VALUES && t->values[i]; i++) {
		t->total[i] *= factor;
		multiply(t->values[i], t->n, factor);
	}
	if (t->starts)
		multiply(t->starts, t->n, factor);
	return true;
}

void
tree_accumulate(const struct tree *t, uint64_t *values)
{
	for (uint32_t id = t->n; --id > 0;)
		values[t->nodes[id].parent] += values[id];
}

/* The new ids are noted in the nodes themselves: a tree can be most of a process's memory. */
void
tree_prune(struct tree *t, int which, uint64_t min)
{
	uint32_t n = 1;

	table_free(&t->table);
	t->nodes[TREE_ROOT].child = TREE_ROOT;
	for (uint32_t id = 1; id < t->n; id++) {
		uint32_t old = t->nodes[id].parent, parent = t->nodes[old].child;
		bool kept = t->values[which][id] >= min && (parent || !old);

		t->nodes[id].parent = parent;
		t->nodes[id].child = kept ? n++ : 0;
	}
	for (uint32_t id = 1; id < t->n; id++) {
		uint32_t to = t->nodes[id].child;

		if (!to)
			continue;
		t->nodes[to] = t->nodes[id];
		for (int i = 0; i < TREE_VALUES && t->values[i]; i++)
			t->values[i][to] = t->values[i][id];
		if (t->starts)
			t->starts[to] = t->starts[id];
	}
	t->n = n;
}

/* The ids' order by name: names sorted once, then nodes put into their name's bucket. */
struct named {
	const struct interned *name;
	uint32_t id;
};

static int
compare_names(const void *a, const void *b)
{
	const struct interned *x = ((const struct named *)a)->name, *y = ((const struct named *)b)->name;
	int c = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* By id of the name: its place among the names in byte order. */
static uint32_t *
rank_names(const struct intern *names)
{
	struct named *sorted = xreallocarray(NULL, names->n, sizeof(*sorted));
	uint32_t *rank = xreallocarray(NULL, names->n, sizeof(*rank));

	for (uint32_t i = 0; i < names->n; i++)
		sorted[i] = (struct named){&names->all[i], i};
	qsort(sorted, names->n, sizeof(*sorted), compare_names);
	for (uint32_t i = 0; i < names->n; i++)
		rank[sorted[i].id] = i;
	free(sorted);
	return rank;
}

/* The ids 1 to n - 1 in the order of their names (a counting sort). */
static uint32_t *
order_by_name(const struct tree *t)
{
	uint32_t *rank = rank_names(&t->names), *order = xreallocarray(NULL, t->n, sizeof(*order));
	uint32_t *at = xcalloc(t->names.n + 1, sizeof(*at));

	for (uint32_t id = 1; id < t->n; id++)
		at[rank[t->nodes[id].name] + 1]++;
	for (size_t i = 1; i < t->names.n; i++)
		at[i] += at[i - 1];
	for (uint32_t id = 1; id < t->n; id++)
		order[at[rank[t->nodes[id].name]]++] = id;
	free(at);
	free(rank);
	return order;
}

void
tree_link(const struct tree *t, bool by_name, struct tree_links *links)
{
	uint32_t *order = by_name ? order_by_name(t) : NULL;

	links->first = xcalloc(t->n, sizeof(*links->first));
	links->next = xcalloc(t->n, sizeof(*links->next));
	for (uint32_t i = t->n - 1; i > 0; i--) { /* from the last, so that each goes to the front */
		uint32_t id = order ? order[i - 1] : i, parent = t->nodes[id].parent;

		links->next[id] = links->first[parent];
		links->first[parent] = id;
	}
	free(order);
}

void
tree_links_free(struct tree_links *links)
{
	free(links->first);
	free(links->next);
	*links = (struct tree_links){0};
}

uint32_t
tree_next(const struct tree *t, const struct tree_links *links, uint32_t node, uint32_t *depth)
{
	if (links->first[node]) {
		++*depth;
		return links->first[node];
	}
	while (node && !links->next[node]) {
		node = t->nodes[node].parent;
		--*depth;
	}
	return node ? links->next[node] : TREE_ROOT;
}
