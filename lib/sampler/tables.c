// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables in the kernel. */
#include "sampler/tables.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "bpf/layout.h"
#include "sample.skel.h"
#include "sampler/advice.h"
#include "sampler/extents.h"
#include "sampler/slabs.h"

enum {
	SLABS_AHEAD = 4, /* made before they are needed */
	WALK = 2000000,	 /* ns, longer than a walk takes */
};

/* An image that one or more tables have, because several paths (or a path and a record) led to one binary. */
struct image {
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_len;
	uint64_t file_layout; /* unwind_layout() */
	struct extent chunks; /* n 0: it was dropped */
	struct extent spare;  /* of the image it has replaced; n 0: none */
	uint64_t spared;      /* CLOCK_MONOTONIC ns since nothing leads there */
	struct layout_table layout;
	uint32_t used; /* window of its last look-up */
};

struct tables {
	pthread_mutex_t lock;
	struct slabs *slabs;
	int files;
	struct layout_table *layouts; /* mapped */
	uint32_t *images;	      /* of each table: its image + 1, or 0 */
	uint64_t *versions;	      /* of each table's file; 0: not known */
	uint32_t n;
	uint32_t *removed; /* numbers that are free again */
	size_t n_removed, removed_cap;
	struct image *all;
	size_t n_all, cap_all;
	struct extents chunks;
	uint32_t window;
	struct tables_use use;
};

/* ---- all of them ---- */

/* Chunk 0 stays unused. The room beyond the last slab is free, too: slabs are made when something is put there. */
struct tables *
tables_open(uint64_t bytes, struct err *err)
{
	struct tables *t = xcalloc(1, sizeof(*t));
	uint64_t slabs = (bytes + SLAB_BYTES - 1) / SLAB_BYTES;

	pthread_mutex_init(&t->lock, NULL);
	t->n = 1;
	t->images = xcalloc(TABLES_MAX, sizeof(*t->images));
	t->versions = xcalloc(TABLES_MAX, sizeof(*t->versions));
	slabs = slabs < 1 ? 1 : slabs > SLABS_MAX ? SLABS_MAX : slabs;
	extents_init(&t->chunks, 1, (uint32_t)slabs * SLAB_CHUNKS - 1);
	t->slabs = slabs_open((uint32_t)slabs, err);
	if (t->slabs)
		return t;
	tables_close(t);
	return NULL;
}

void
tables_close(struct tables *t)
{
	if (t->slabs)
		slabs_close(t->slabs);
	if (t->layouts)
		munmap(t->layouts, TABLES_MAX * sizeof(*t->layouts));
	pthread_mutex_destroy(&t->lock);
	extents_free(&t->chunks);
	free(t->images);
	free(t->versions);
	free(t->removed);
	free(t->all);
	free(t);
}

int
tables_configure(struct tables *t, struct sample_bpf *skel, struct err *err)
{
	if (bpf_map__set_max_entries(skel->maps.tables, TABLES_MAX) ||
	    bpf_map__set_max_entries(skel->maps.files, TABLES_MAX) ||
	    bpf_map__set_inner_map_fd(skel->maps.slabs, slabs_model(t->slabs)))
		return advise_bpf(err, "making the maps of unwind tables", errno);
	return 0;
}

int
tables_bind(struct tables *t, struct sample_bpf *skel, struct err *err)
{
	void *p = mmap(NULL, TABLES_MAX * sizeof(*t->layouts), PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_map__fd(skel->maps.tables), 0);

	if (p == MAP_FAILED)
		return err_set(err, "mapping the list of unwind tables:");
	t->layouts = p;
	t->files = bpf_map__fd(skel->maps.files);
	return slabs_bind(t->slabs, bpf_map__fd(skel->maps.slabs), err) ? -1 : slabs_need(t->slabs, SLABS_AHEAD, err);
}

/* ---- tables ---- */

uint32_t
tables_add(struct tables *t)
{
	uint32_t table = 0;

	pthread_mutex_lock(&t->lock);
	if (t->n_removed)
		table = t->removed[--t->n_removed];
	else if (t->n < TABLES_MAX)
		table = t->n++;
	pthread_mutex_unlock(&t->lock);
	return table;
}

static void
set_state(struct tables *t, uint32_t table, uint32_t state)
{
	__atomic_store_n(&t->layouts[table].state, state, __ATOMIC_RELEASE);
}

void
tables_never(struct tables *t, uint32_t table)
{
	set_state(t, table, TABLE_NEVER);
}

/* The kernel's own number of a device has 20 bits of minor (MKDEV()). */
void
tables_file(struct tables *t, uint32_t table, const struct stat *st, uint64_t version)
{
	struct layout_file file = {.device = (uint64_t)major(st->st_dev) << 20 | minor(st->st_dev), .inode = st->st_ino};

	pthread_mutex_lock(&t->lock);
	t->versions[table] = version;
	pthread_mutex_unlock(&t->lock);
	bpf_map_update_elem(t->files, &file, &table, BPF_ANY);
}

static void
publish(struct tables *t, uint32_t table, size_t image)
{
	struct layout_table *l = &t->layouts[table];
	const struct layout_table *from = &t->all[image].layout;

	t->images[table] = (uint32_t)image + 1;
	l->chunk = from->chunk;
	l->rules = from->rules;
	l->base = from->base;
	l->n_entries = from->n_entries;
	l->used = t->window;
	set_state(t, table, TABLE_READY);
}

bool
tables_share(struct tables *t, uint32_t table, const struct elf_file *f)
{
	uint64_t layout = unwind_layout(f);
	bool found = false;

	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < t->n_all && !found; i++) {
		const struct image *m = &t->all[i];

		found = m->chunks.n && m->build_id_len && elf_has_build_id(f, m->build_id, m->build_id_len) &&
			m->file_layout == layout;
		if (found)
			publish(t, table, i);
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

bool
tables_share_file(struct tables *t, uint32_t table, uint64_t version)
{
	bool found = false;

	pthread_mutex_lock(&t->lock);
	for (uint32_t i = 1; i < t->n && !found; i++) {
		found = i != table && t->versions[i] == version && t->images[i];
		if (found)
			publish(t, table, t->images[i] - 1);
	}
	t->versions[table] = version;
	pthread_mutex_unlock(&t->lock);
	return found;
}

/* When each image was last used, by its tables. */
static void
gather_use(struct tables *t)
{
	for (uint32_t i = 1; i < t->n; i++) {
		struct image *m = t->images[i] ? &t->all[t->images[i] - 1] : NULL;
		uint32_t used = __atomic_load_n(&t->layouts[i].used, __ATOMIC_RELAXED);

		if (m && (int32_t)(used - m->used) > 0)
			m->used = used;
	}
}

static void
give_chunks(struct tables *t, struct image *m)
{
	extents_give(&t->chunks, m->chunks);
	if (m->spare.n)
		extents_give(&t->chunks, m->spare);
	m->chunks.n = m->spare.n = 0;
}

static void
drop(struct tables *t, size_t image)
{
	for (uint32_t i = 1; i < t->n; i++)
		if (t->images[i] == image + 1) {
			set_state(t, i, TABLE_PENDING);
			t->images[i] = 0;
		}
	give_chunks(t, &t->all[image]);
	t->use.dropped++;
}

/* Drops images until `n` chunks will be free, those included that will be anyway; least used first, none that this window or
 * the last one has used. */
static void
make_room(struct tables *t, uint32_t n)
{
	uint32_t made = extents_coming(&t->chunks);

	gather_use(t);
	while (made < n) {
		size_t oldest = SIZE_MAX;

		for (size_t i = 0; i < t->n_all; i++)
			if (t->all[i].chunks.n && t->window - t->all[i].used > 1 &&
			    (oldest == SIZE_MAX || (int32_t)(t->all[i].used - t->all[oldest].used) < 0))
				oldest = i;
		if (oldest == SIZE_MAX)
			return;
		made += t->all[oldest].chunks.n;
		drop(t, oldest);
	}
}

static size_t
image_slot(struct tables *t)
{
	for (size_t i = 0; i < t->n_all; i++)
		if (!t->all[i].chunks.n)
			return i;
	GROW(t->all, t->n_all, t->cap_all);
	return t->n_all++;
}

/* Takes chunks, or makes room for the next time. */
static int
take(struct tables *t, uint32_t n, uint32_t *first, struct err *err)
{
	pthread_mutex_lock(&t->lock);
	*first = extents_take(&t->chunks, n);
	if (*first == EXTENTS_FULL) {
		make_room(t, n);
		t->use.refused++;
	}
	pthread_mutex_unlock(&t->lock);
	return *first == EXTENTS_FULL ? err_set(err, "no room for an unwind table of %u KiB", n * (UNWIND_CHUNK / 1024)) : 0;
}

static void
add_image(struct tables *t, const struct image *m, uint32_t table)
{
	size_t at;

	pthread_mutex_lock(&t->lock);
	at = image_slot(t);
	t->all[at] = *m;
	t->all[at].used = t->window;
	publish(t, table, at);
	pthread_mutex_unlock(&t->lock);
}

/* Puts an image in its place, where nothing leads to yet; m->chunks are to be taken when they are none. */
static int
write_image(struct tables *t, const struct unwind_table *u, struct image *m, struct err *err)
{
	uint32_t first;

	if (!m->chunks.n) {
		if (take(t, u->n_chunks, &first, err))
			return -1;
		m->chunks = (struct extent){first, u->n_chunks};
	}
	first = m->chunks.first;
	if (slabs_need(t->slabs, (first + u->n_chunks + SLAB_CHUNKS - 1) / SLAB_CHUNKS, err)) {
		pthread_mutex_lock(&t->lock);
		extents_give(&t->chunks, m->chunks);
		pthread_mutex_unlock(&t->lock);
		return -1;
	}
	memcpy(slabs_chunk(t->slabs, first), u->image, (size_t)u->n_chunks * UNWIND_CHUNK);
	m->layout = (struct layout_table){.chunk = first, .rules = u->rules, .base = u->base, .n_entries = u->n_entries};
	return 0;
}

int
tables_put(struct tables *t, uint32_t table, const struct elf_file *f, const struct unwind_table *u, struct err *err)
{
	struct image m = {.build_id_len = f->build_id_len, .file_layout = unwind_layout(f)};

	memcpy(m.build_id, f->build_id, f->build_id_len);
	if (write_image(t, u, &m, err))
		return -1;
	add_image(t, &m, table);
	return 0;
}

/* Where only the place of the image differs, that is one word to be written. False: more does, or there is none. */
static bool
exchange(struct tables *t, uint32_t table, const struct image *m)
{
	struct image *have = t->images[table] ? &t->all[t->images[table] - 1] : NULL;

	if (!have || have->layout.rules != m->layout.rules || have->layout.base != m->layout.base ||
	    have->layout.n_entries != m->layout.n_entries)
		return false;
	__atomic_store_n(&t->layouts[table].chunk, m->layout.chunk, __ATOMIC_RELEASE);
	if (have->spare.n) {
		extents_give(&t->chunks, have->chunks);
	} else {
		have->spare = have->chunks;
		have->spared = monotonic_ns();
	}
	have->chunks = m->chunks;
	have->layout = m->layout;
	return true;
}

/* The room of the image before this one, when no walk can be there any more. */
static struct extent
take_spare(struct tables *t, uint32_t table, uint32_t n)
{
	struct image *have = t->images[table] ? &t->all[t->images[table] - 1] : NULL;
	struct extent spare = {0};

	if (have && have->spare.n && monotonic_ns() - have->spared > WALK) {
		if (have->spare.n >= n)
			spare = have->spare;
		else
			extents_give(&t->chunks, have->spare);
		have->spare.n = 0;
	}
	return spare;
}

/* Takes the image away. What walks still see of it lasts until chunks are given again. */
static bool
withdraw(struct tables *t, uint32_t table)
{
	struct image *have = t->images[table] ? &t->all[t->images[table] - 1] : NULL;

	set_state(t, table, TABLE_PENDING);
	if (!have)
		return false;
	give_chunks(t, have);
	t->images[table] = 0;
	return true;
}

int
tables_replace(struct tables *t, uint32_t table, const struct unwind_table *u, struct err *err)
{
	struct image m = {0};
	bool done, had;

	pthread_mutex_lock(&t->lock);
	t->layouts[table].changes = 1;
	m.chunks = take_spare(t, table, u->n_chunks);
	pthread_mutex_unlock(&t->lock);
	if (write_image(t, u, &m, err))
		return -1;
	pthread_mutex_lock(&t->lock);
	done = exchange(t, table, &m);
	had = !done && withdraw(t, table);
	pthread_mutex_unlock(&t->lock);
	if (had)
		slabs_settle(t->slabs);
	if (!done)
		add_image(t, &m, table);
	return 0;
}

void
tables_remove(struct tables *t, uint32_t table)
{
	pthread_mutex_lock(&t->lock);
	withdraw(t, table);
	t->layouts[table].wanted = t->layouts[table].changes = 0;
	t->versions[table] = 0;
	GROW(t->removed, t->n_removed, t->removed_cap);
	t->removed[t->n_removed++] = table;
	pthread_mutex_unlock(&t->lock);
}

void
tables_idle(struct tables *t)
{
	uint32_t top;
	struct err err;

	pthread_mutex_lock(&t->lock);
	top = extents_top(&t->chunks);
	pthread_mutex_unlock(&t->lock);
	slabs_need(t->slabs, top / SLAB_CHUNKS + SLABS_AHEAD, &err);
}

bool
tables_is_wanted(struct tables *t, uint32_t table)
{
	uint32_t *wanted = &t->layouts[table].wanted;

	return __atomic_load_n(wanted, __ATOMIC_RELAXED) && __atomic_exchange_n(wanted, 0, __ATOMIC_RELAXED);
}

bool
tables_is_missed(struct tables *t, uint32_t table)
{
	return __atomic_load_n(&t->layouts[table].state, __ATOMIC_RELAXED) == TABLE_PENDING && tables_is_wanted(t, table);
}

bool
tables_is_used(struct tables *t, uint32_t table)
{
	uint32_t now;

	pthread_mutex_lock(&t->lock);
	now = t->window;
	pthread_mutex_unlock(&t->lock);
	return now - __atomic_load_n(&t->layouts[table].used, __ATOMIC_RELAXED) <= 1;
}

bool
tables_has(struct tables *t, uint32_t table)
{
	bool has;

	pthread_mutex_lock(&t->lock);
	has = t->images[table];
	pthread_mutex_unlock(&t->lock);
	return has;
}

void
tables_age(struct tables *t, uint32_t window)
{
	pthread_mutex_lock(&t->lock);
	t->window = window;
	extents_age(&t->chunks);
	pthread_mutex_unlock(&t->lock);
}

struct tables_use
tables_use(struct tables *t)
{
	struct tables_use use;

	pthread_mutex_lock(&t->lock);
	use = t->use;
	pthread_mutex_unlock(&t->lock);
	return use;
}
