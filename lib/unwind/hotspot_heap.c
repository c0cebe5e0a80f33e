// SPDX-License-Identifier: GPL-2.0-or-later
/* One of HotSpot's code heaps. */
#include "unwind/hotspot_heap.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "unwind/hotspot_blob.h"
#include "unwind/hotspot_frames.h"
#include "unwind/image.h"

enum {
	HEAP_MAX = 512 << 20, /* bytes in use; the code cache has 240 MiB unless said */
	SHIFT_MIN = 6,
	SHIFT_MAX = 16,
	BATCH = 128,		 /* blocks that are looked at together */
	BLOCKS_MAX = 1 << 18,	 /* in one heap; 240 MiB of small methods */
	CODE_AT_ONCE = 8 << 20,	 /* bytes of code that one look reads: some 80 ms; the next one goes on */
	SPARE = 1 << 20,	 /* a table is made for so much more than is in use at the least, by powers of 2 */
};

#define RESERVED_MAX (2ULL << 30) /* bytes; the most that can be said to the virtual machine */

/* ---- the heap itself ---- */

static bool
read_space(struct memory *m, const struct hotspot_vm *vm, uint64_t space, uint64_t *low, uint64_t *high)
{
	struct memory_piece pieces[] = {
		{space + vm->field[SPACE_LOW], low, sizeof(*low)},
		{space + vm->field[SPACE_HIGH], high, sizeof(*high)},
	};

	memory_gather(m, pieces, 2);
	return pieces[0].size && pieces[1].size && *low <= *high;
}

bool
code_heap_open(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, uint64_t address)
{
	uint64_t space = address + vm->field[HEAP_MEMORY];
	uint32_t shift;

	*h = (struct code_heap){.address = address};
	if (!memory_read(m, space + vm->field[SPACE_LOWEST], &h->start, sizeof(h->start)) ||
	    !memory_read(m, space + vm->field[SPACE_HIGHEST], &h->end, sizeof(h->end)) ||
	    !memory_read(m, address + vm->field[HEAP_SEGMENT_SHIFT], &shift, sizeof(shift)))
		return false;
	if (shift < SHIFT_MIN || shift > SHIFT_MAX || h->start % MEMORY_PAGE || h->start >= h->end ||
	    h->end - h->start > RESERVED_MAX)
		return false;
	h->shift = shift;
	h->low = h->high = h->start;
	rules_begin(&h->rules);
	return true;
}

static void
blobs_free(struct blob *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(all[i].rows);
	free(all);
}

void
code_heap_close(struct code_heap *h)
{
	blobs_free(h->blobs, h->n);
	rules_free(&h->rules);
}

/* ---- looking ---- */

struct look {
	struct code_heap *heap;
	struct memory *memory;
	const struct hotspot_vm *vm;
	bool thorough, changed;
	struct blob *blobs; /* as they are now; owned */
	size_t n, cap;
	uint32_t batch[BATCH]; /* blocks to be looked at */
	struct blob *before[BATCH]; /* what was known of these, or NULL */
	size_t n_batch;
	uint8_t headers[BATCH][BLOB_HEADER_MAX];
};

static void
take(struct look *l, const struct blob *b)
{
	GROW(l->blobs, l->n, l->cap);
	l->blobs[l->n++] = *b;
}

/* Takes over what was known. */
static void
keep(struct look *l, struct blob *before)
{
	take(l, before);
	before->rows = NULL;
}

/* Once for all that has the same identity. */
static void
tell(struct look *l, const uint8_t *header, struct blob *now, const struct blob *before)
{
	const struct code_heap *h = l->heap;
	struct buf name = {0};

	now->named = before && before->identity == now->identity && before->named;
	if (!now->named && h->told && blob_name(l->memory, l->vm, header, &name)) {
		h->told(h->context, h->low + now->start, now->end - now->start, name.data, name.len);
		now->named = true;
	}
	buf_free(&name);
}

static void
look_at(struct look *l, size_t i)
{
	struct blob *before = l->before[i], now;

	if (!blob_describe(l->heap, l->vm, l->batch[i], l->headers[i], &now)) {
		l->changed |= before != NULL;
		return;
	}
	if (before && before->identity == now.identity && before->settled) {
		keep(l, before);
		return;
	}
	tell(l, l->headers[i], &now, before);
	l->changed |= blob_follow(l->heap, l->memory, l->vm, l->headers[i], &now, before);
	take(l, &now);
}

static void
look_at_batch(struct look *l)
{
	struct memory_piece pieces[BATCH];

	for (size_t i = 0; i < l->n_batch; i++)
		pieces[i] = (struct memory_piece){l->heap->low + ((uint64_t)l->batch[i] << l->heap->shift), l->headers[i],
						  blob_header_size(l->vm)};
	memory_gather(l->memory, pieces, l->n_batch);
	for (size_t i = 0; i < l->n_batch; i++)
		if (pieces[i].size)
			look_at(l, i);
	l->n_batch = 0;
}

static void
look_later(struct look *l, uint32_t block, struct blob *before)
{
	l->batch[l->n_batch] = block;
	l->before[l->n_batch++] = before;
	if (l->n_batch == BATCH)
		look_at_batch(l);
}

/* No block begins within it now. The end of one that was freed is given away, while its beginning looks as before. */
static bool
is_whole(const struct code_heap *h, const uint8_t *map, size_t n, const struct blob *b)
{
	size_t last = (b->end - 1) >> h->shift;

	return last < n && !memchr(map + b->block + 1, 0, last - b->block);
}

static bool
is_known(const struct look *l, const uint8_t *map, size_t n, const struct blob *before)
{
	return before && !l->thorough && before->identity && (before->settled || !before->is_method) &&
	       is_whole(l->heap, map, n, before);
}

/* Goes through the segment map, beside what is known. Blocks that were free are looked at each time. */
static void
look_at_map(struct look *l, const uint8_t *map, size_t n)
{
	const struct code_heap *h = l->heap;
	size_t k = 0, blocks = 0;

	for (uint32_t block = 0; block < n && blocks < BLOCKS_MAX; block++) {
		struct blob *before = NULL;

		if (map[block])
			continue;
		blocks++;
		for (; k < h->n && h->blobs[k].block < block; k++)
			l->changed = true;
		if (k < h->n && h->blobs[k].block == block)
			before = &h->blobs[k++];
		if (is_known(l, map, n, before)) {
			if (l->n_batch)
				look_at_batch(l);
			keep(l, before);
		} else {
			look_later(l, block, before);
		}
	}
	l->changed |= k < h->n;
	look_at_batch(l);
}

static size_t
count_rows(const struct blob *all, size_t n)
{
	size_t rows = 0;

	for (size_t i = 0; i < n; i++)
		rows += all[i].n;
	return rows;
}

/* Reads the bounds and the segment map. NULL: there is none that could be true, and the bounds stay as they were. */
static uint8_t *
read_map(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, size_t *n)
{
	uint64_t low, high, map_low, map_high;
	uint8_t *map;

	if (!read_space(m, vm, h->address + vm->field[HEAP_MEMORY], &low, &high) || low != h->start || high > h->end ||
	    high - low > HEAP_MAX ||
	    !read_space(m, vm, h->address + vm->field[HEAP_SEGMENT_MAP], &map_low, &map_high))
		return NULL;
	*n = (size_t)((high - low) >> h->shift);
	if (!*n || map_high - map_low < *n)
		return NULL;
	map = xcalloc(*n, 1);
	if (!memory_read(m, map_low, map, *n)) {
		free(map);
		return NULL;
	}
	h->high = high;
	return map;
}

int
code_heap_look(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, bool thorough)
{
	struct look *l;
	size_t n;
	uint8_t *map = read_map(h, m, vm, &n);
	bool changed;

	if (!map)
		return -1;
	h->code_left = CODE_AT_ONCE;
	l = xcalloc(1, sizeof(*l));
	*l = (struct look){.heap = h, .memory = m, .vm = vm, .thorough = thorough};
	look_at_map(l, map, n);
	changed = l->changed;
	blobs_free(h->blobs, h->n);
	h->blobs = l->blobs;
	h->n = l->n;
	h->n_rows = count_rows(h->blobs, h->n);
	free(map);
	free(l);
	return changed;
}

/* ---- the table ---- */

/* The same for many sizes, so that tables can take each other's places. */
static uint64_t
room(uint64_t bytes)
{
	uint64_t all = SPARE;

	while (all < bytes)
		all *= 2;
	return all;
}

int
code_heap_table(struct code_heap *h, struct unwind_table *t)
{
	struct image image;
	uint16_t unread;
	uint32_t end = 0;

	*t = (struct unwind_table){0};
	if (h->high - h->low > HEAP_MAX)
		return -1;
	unread = rules_number(&h->rules, &frames_unread);
	image_begin(&image, 0, room(h->high - h->low + SPARE));
	image_row(&image, 0, unread);
	for (size_t i = 0; i < h->n; i++) {
		const struct blob *b = &h->blobs[i];

		if (b->start < end)
			continue;
		for (size_t k = 0; k < b->n; k++)
			image_row(&image, b->rows[k].offset, b->rows[k].rule);
		image_row(&image, b->end, unread);
		end = b->end;
	}
	return image_end(&image, &h->rules, t);
}
