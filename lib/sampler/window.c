// SPDX-License-Identifier: GPL-2.0-or-later
/* The samples of one window as they came from the kernel. */
#include "sampler/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sampler/kept.h"

static uint64_t
hash_key(const struct sample_key *key)
{
	return hash_pair(key->stack ^ key->start, (uint64_t)key->tid << 32 | (key->cpu ^ key->event << 16));
}

/* The same key may come more than once: when the map was full, each of its samples came with its stack. */
static struct raw_sample *
find(const struct window *w, const struct sample_key *key)
{
	struct table_probe p = table_probe(&w->by_key, hash_key(key));
	uint32_t i;

	while (table_next(&w->by_key, &p, &i))
		if (!memcmp(&w->samples[i].key, key, sizeof(*key)))
			return &w->samples[i];
	return NULL;
}

static void
add(struct window *w, const struct raw_sample *sample, const void *addresses)
{
	size_t n = (size_t)sample->n_user + sample->n_kernel;

	GROW_BY(w->arena, w->used, n, w->arena_cap);
	if (n)
		memcpy(w->arena + w->used, addresses, n * sizeof(*w->arena));
	GROW(w->samples, w->n, w->cap);
	w->samples[w->n] = *sample;
	w->samples[w->n++].at = w->used;
	w->used += n;
}

void
window_add(struct window *w, const struct sample_message *m)
{
	struct raw_sample *have = w->one_by_one ? NULL : find(w, &m->key);

	if (have) {
		have->count++;
		have->value += m->value;
		return;
	}
	if (!w->one_by_one)
		table_insert(&w->by_key, hash_key(&m->key), (uint32_t)w->n);
	add(w, &(struct raw_sample){.key = m->key, .time = m->time, .count = 1, .value = m->value, .n_user = m->n_user,
				    .n_kernel = m->n_kernel, .end = m->end}, m->addresses);
}

void
window_add_kept(struct window *w, const struct sample_key *key, const struct sample_count *count, uint64_t time,
		const struct kept_stack *stack, const uint64_t *addresses)
{
	struct raw_sample sample = {.key = *key, .time = time, .count = count->count, .value = count->value,
				    .runnable = count->runnable, .end = END_UNTOLD};

	if (stack) {
		sample.n_user = stack->n_user;
		sample.n_kernel = stack->n_kernel;
		sample.end = stack->end;
	}
	add(w, &sample, addresses);
}

bool
window_count(struct window *w, const struct sample_key *key, const struct sample_count *count)
{
	struct raw_sample *have = find(w, key);

	if (!have)
		return false;
	have->count += count->count;
	have->value += count->value;
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct raw_sample *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void
window_sort(struct window *w)
{
	table_clear(&w->by_key);
	if (w->n)
		qsort(w->samples, w->n, sizeof(*w->samples), by_time);
}

void
window_clear(struct window *w)
{
	w->n = w->used = 0;
	if (w->by_key.used)
		table_clear(&w->by_key);
}

void
window_free(struct window *w)
{
	free(w->samples);
	free(w->arena);
	table_free(&w->by_key);
}
