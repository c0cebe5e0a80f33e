// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells the sampling program where the binaries are mapped in each process. */
#include "sampler/layout.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "bpf/layout.h"
#include "sample.skel.h"
#include "sampler/advice.h"
#include "sampler/extents.h"

enum {
	PROCESSES_MIN = 8192,
	PROCESSES_MAX = 1 << 20,
	MAPPINGS_EACH = 16, /* of a process on average; a libc program has 6, and most are idle copies of few */
};

struct layout {
	struct layout_mapping *mappings; /* mapped */
	uint32_t n_mappings;
	int processes;
	bool follows; /* the program sees forks and execs by itself */
	struct extents extents;
	uint64_t refused;
};

struct layout *
layout_open(void)
{
	struct layout *l = xcalloc(1, sizeof(*l));

	l->processes = -1;
	return l;
}

void
layout_close(struct layout *l)
{
	if (l->mappings)
		munmap(l->mappings, l->n_mappings * sizeof(*l->mappings));
	extents_free(&l->extents);
	free(l);
}

int
layout_configure(struct layout *l, struct sample_bpf *skel, size_t n, struct err *err)
{
	size_t processes = n * 4 < PROCESSES_MIN ? PROCESSES_MIN : n * 4 > PROCESSES_MAX ? PROCESSES_MAX : n * 4;

	l->n_mappings = (uint32_t)processes * MAPPINGS_EACH;
	extents_init(&l->extents, 0, l->n_mappings);
	if (bpf_map__set_max_entries(skel->maps.mappings, l->n_mappings) ||
	    bpf_map__set_max_entries(skel->maps.processes, (uint32_t)processes))
		return advise_bpf(err, "making the maps of mappings", errno);
	return 0;
}

int
layout_bind(struct layout *l, struct sample_bpf *skel, struct err *err)
{
	void *p = mmap(NULL, l->n_mappings * sizeof(*l->mappings), PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_map__fd(skel->maps.mappings), 0);

	if (p == MAP_FAILED)
		return err_set(err, "mapping the map of mappings:");
	l->mappings = p;
	l->processes = bpf_map__fd(skel->maps.processes);
	l->follows = bpf_program__autoload(skel->progs.on_exec);
	return 0;
}

struct regions {
	const struct layout_region *all;
	size_t n;
};

/* Cuts a mapping where regions begin and end. Returns into how many pieces; `to` may be NULL. */
static size_t
cut(const struct mapping *m, const struct regions *r, struct layout_mapping *to)
{
	uint64_t at = m->start;
	size_t n = 0;

	for (size_t i = 0; backing_is_anonymous(m->backing) && i < r->n; i++) {
		uint64_t start = at > r->all[i].start ? at : r->all[i].start, end = m->end < r->all[i].end ? m->end : r->all[i].end;

		if (start >= end)
			continue;
		if (to && at < start)
			to[n] = (struct layout_mapping){.start = at, .end = start};
		n += at < start;
		if (to)
			to[n] = (struct layout_mapping){
				.start = start, .end = end, .offset = start - r->all[i].start, .table = r->all[i].table};
		n++;
		at = end;
	}
	if (to && at < m->end)
		to[n] = (struct layout_mapping){
			.start = at, .end = m->end, .offset = m->page_offset + (at - m->start), .table = m->backing->table};
	return n + (at < m->end);
}

static bool
place(struct layout *l, struct space *s, const struct regions *r)
{
	size_t n = 0;
	uint32_t first;

	for (size_t i = 0; i < s->n; i++)
		n += cut(&s->mappings[i], r, NULL);
	first = n ? extents_take(&l->extents, (uint32_t)n) : 0;
	if (first == EXTENTS_FULL)
		return false;
	s->placed = (struct extent){first, (uint32_t)n};
	s->placed_generation = s->generation;
	for (size_t i = 0; i < s->n; i++)
		first += (uint32_t)cut(&s->mappings[i], r, &l->mappings[first]);
	return true;
}

/* Where the program follows execs, it has set what else is known. */
void
layout_put(struct layout *l, uint32_t pid, struct space *s, const struct layout_region *regions, size_t n)
{
	struct layout_process p = {0};

	if (s->placed_generation != s->generation && !place(l, s, &(struct regions){regions, n})) {
		l->refused++;
		layout_drop(l, pid);
		return;
	}
	if (!l->follows || bpf_map_lookup_elem(l->processes, &pid, &p))
		memset(&p, 0, sizeof(p));
	p.first = s->placed.first;
	p.n = s->placed.n;
	if (bpf_map_update_elem(l->processes, &pid, &p, BPF_ANY))
		l->refused++;
}

void
layout_drop(struct layout *l, uint32_t pid)
{
	bpf_map_delete_elem(l->processes, &pid);
}

void
layout_age(struct layout *l, struct backings *bs)
{
	extents_age(&l->extents);
	for (size_t i = 0; i < bs->n_released; i++)
		extents_give(&l->extents, bs->released[i]);
	bs->n_released = 0;
}

uint64_t
layout_refused(const struct layout *l)
{
	return l->refused;
}

bool
layout_follows(const struct layout *l)
{
	return l->follows;
}
