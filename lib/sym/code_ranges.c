// SPDX-License-Identifier: GPL-2.0-or-later
/* Which code lies where, told piece by piece. */
#include "sym/code_ranges.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static uint64_t
end_of(const struct code_range *r)
{
	return r->start + r->size;
}

/* What is left of a range from an address in it on. */
static struct code_range
rest(struct code_range r, uint64_t start)
{
	r.into += (uint32_t)(start - r.start);
	r.size -= (uint32_t)(start - r.start);
	r.start = start;
	return r;
}

static struct code_range
before(struct code_range r, uint64_t end)
{
	r.size = (uint32_t)(end - r.start);
	return r;
}

/* Lays n newer ranges over older ones. `to` has room for all and a further one for each newer one. Returns how many they are. */
static size_t
overlay(const struct code_range *older, size_t n_older, const struct code_range *newer, size_t n_newer, struct code_range *to)
{
	size_t n = 0, j = 0;

	for (size_t i = 0; i < n_older; i++) {
		struct code_range o = older[i];

		while (o.size) {
			while (j < n_newer && end_of(&newer[j]) <= o.start)
				to[n++] = newer[j++];
			if (j == n_newer || newer[j].start >= end_of(&o)) {
				to[n++] = o;
				break;
			}
			if (o.start < newer[j].start)
				to[n++] = before(o, newer[j].start);
			if (end_of(&newer[j]) >= end_of(&o))
				break;
			o = rest(o, end_of(&newer[j]));
		}
	}
	while (j < n_newer)
		to[n++] = newer[j++];
	return n;
}

static size_t
run_size(const struct code_ranges *r, size_t run)
{
	return (run + 1 < r->n_runs ? r->runs[run + 1] : r->n) - r->runs[run];
}

/* Makes the last two runs one. */
static void
join(struct code_ranges *r)
{
	size_t newer = run_size(r, r->n_runs - 1), older = run_size(r, r->n_runs - 2), from = r->runs[r->n_runs - 2], n;

	if (older + 2 * newer > r->scratch_cap) {
		r->scratch_cap = grow_capacity(r->scratch_cap, older + 2 * newer);
		r->scratch = xreallocarray(r->scratch, r->scratch_cap, sizeof(*r->scratch));
	}
	n = overlay(r->all + from, older, r->all + from + older, newer, r->scratch);
	r->n = from;
	GROW_BY(r->all, r->n, n, r->cap);
	memcpy(r->all + from, r->scratch, n * sizeof(*r->all));
	r->n += n;
	r->n_runs--;
}

void
code_ranges_put(struct code_ranges *r, uint64_t start, uint64_t size, uint64_t at)
{
	if (size > UINT32_MAX)
		size = UINT32_MAX;
	if (size > UINT64_MAX - start)
		size = UINT64_MAX - start;
	if (!size)
		return;
	GROW(r->all, r->n, r->cap);
	r->runs[r->n_runs++] = r->n;
	r->all[r->n++] = (struct code_range){.start = start, .at = at, .size = (uint32_t)size};
	while (r->n_runs > 1 && (r->n_runs == CODE_RUNS_MAX || run_size(r, r->n_runs - 2) < 2 * run_size(r, r->n_runs - 1)))
		join(r);
}

static const struct code_range *
find_in_run(const struct code_range *run, size_t n, uint64_t address)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (end_of(&run[mid]) <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && run[low].start <= address ? &run[low] : NULL;
}

const struct code_range *
code_ranges_find(const struct code_ranges *r, uint64_t address)
{
	const struct code_range *found = NULL;

	for (size_t run = r->n_runs; run-- > 0 && !found;)
		found = find_in_run(r->all + r->runs[run], run_size(r, run), address);
	return found;
}

void
code_ranges_clear(struct code_ranges *r)
{
	free(r->all);
	free(r->scratch);
	*r = (struct code_ranges){0};
}
