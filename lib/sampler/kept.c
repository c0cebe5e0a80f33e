// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks that threads have left behind to wait. */
#include "sampler/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { FULL = 100000 /* stacks, of the 131,072 that the kernel's side has room for */, FULL_ARENA = 16 << 20 /* addresses */ };

static uint64_t
hash_id(const struct stack_id *id)
{
	return hash_pair(id->stack, (uint64_t)id->pid << 32 | id->exec);
}

static struct stack_id
id_of(const struct sample_key *key)
{
	return (struct stack_id){.stack = key->stack, .pid = key->pid, .exec = key->exec};
}

const struct kept_stack *
kept_find(const struct kept *k, const struct sample_key *key)
{
	const struct stack_id id = id_of(key);
	struct table_probe p = table_probe(&k->by_id, hash_id(&id));
	uint32_t i;

	while (table_next(&k->by_id, &p, &i))
		if (!memcmp(&k->all[i].id, &id, sizeof(id)))
			return &k->all[i];
	return NULL;
}

static void
add(struct kept *k, const struct kept_stack *stack, const void *addresses)
{
	size_t n = (size_t)stack->n_user + stack->n_kernel;

	GROW_BY(k->arena, k->used, n, k->arena_cap);
	if (n)
		memcpy(k->arena + k->used, addresses, n * sizeof(*k->arena));
	GROW(k->all, k->n, k->cap);
	k->all[k->n] = *stack;
	k->all[k->n].at = k->used;
	k->used += n;
	table_insert(&k->by_id, hash_id(&stack->id), (uint32_t)k->n++);
}

void
kept_add(struct kept *k, const struct sample_message *m)
{
	if (!kept_find(k, &m->key))
		add(k, &(struct kept_stack){.id = id_of(&m->key), .time = m->time, .n_user = m->n_user,
					    .n_kernel = m->n_kernel, .end = m->end}, m->addresses);
}

bool
kept_is_full(const struct kept *k)
{
	return k->n > FULL || k->used > FULL_ARENA;
}

void
kept_move(struct kept *to, const struct kept *from, const struct sample_key *key)
{
	const struct kept_stack *stack = kept_find(from, key);

	if (stack && !kept_find(to, key))
		add(to, stack, from->arena + stack->at);
}

void
kept_free(struct kept *k)
{
	free(k->all);
	free(k->arena);
	table_free(&k->by_id);
	*k = (struct kept){0};
}
