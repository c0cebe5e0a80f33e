// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables of the code that HotSpot makes at run time. */
#include "unwind/hotspot.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "unwind/hotspot_frames.h"
#include "unwind/hotspot_heap.h"

struct hotspot {
	struct memory *memory;
	struct hotspot_vm vm;
	struct code_heap heaps[HOTSPOT_HEAPS_MAX];
	size_t n;
};

bool
hotspot_here(void)
{
	return frames_known();
}

static bool
overlaps(const struct hotspot *h, const struct code_heap *other)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->heaps[i].start < other->end && other->start < h->heaps[i].end)
			return true;
	return false;
}

static bool
open_heap(struct hotspot *h, uint64_t address)
{
	struct code_heap heap;

	if (!code_heap_open(&heap, h->memory, &h->vm, address))
		return false;
	if (overlaps(h, &heap)) {
		code_heap_close(&heap);
		return false;
	}
	h->heaps[h->n++] = heap;
	return true;
}

static int
by_start(const void *a, const void *b)
{
	const struct code_heap *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* CodeCache::_heaps is a GrowableArray<CodeHeap*>. */
static bool
open_heaps(struct hotspot *h)
{
	const uint64_t *field = h->vm.field;
	uint64_t list, data, heaps[HOTSPOT_HEAPS_MAX];
	uint32_t n;

	if (!memory_read(h->memory, field[CODE_CACHE_HEAPS], &list, sizeof(list)) ||
	    !memory_read(h->memory, list + field[ARRAY_LENGTH], &n, sizeof(n)) || n - 1 >= HOTSPOT_HEAPS_MAX ||
	    !memory_read(h->memory, list + field[ARRAY_DATA], &data, sizeof(data)) ||
	    !memory_read(h->memory, data, heaps, n * sizeof(*heaps)))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!open_heap(h, heaps[i]))
			return false;
	qsort(h->heaps, h->n, sizeof(*h->heaps), by_start);
	return true;
}

struct hotspot *
hotspot_open(struct memory *m, const struct elf_file *libjvm, uint64_t bias, struct err *err)
{
	struct hotspot *h = xcalloc(1, sizeof(*h));

	h->memory = m;
	if (!hotspot_vm_read(m, libjvm, bias, &h->vm, err)) {
		memory_forget(m);
		if (open_heaps(h))
			return h;
		err_set(err, "%s: there are no code heaps yet", libjvm->path);
	}
	memory_forget(m);
	hotspot_close(h);
	return NULL;
}

void
hotspot_close(struct hotspot *h)
{
	for (size_t i = 0; i < h->n; i++)
		code_heap_close(&h->heaps[i]);
	free(h);
}

void
hotspot_on_code(struct hotspot *h, hotspot_told *told, void *context)
{
	for (size_t i = 0; i < h->n; i++) {
		h->heaps[i].told = told;
		h->heaps[i].context = context;
	}
}

size_t
hotspot_ranges(const struct hotspot *h, struct hotspot_range ranges[HOTSPOT_HEAPS_MAX])
{
	for (size_t i = 0; i < h->n; i++)
		ranges[i] = (struct hotspot_range){h->heaps[i].start, h->heaps[i].end};
	return h->n;
}

int
hotspot_look(struct hotspot *h, size_t heap, bool thorough)
{
	int changed = code_heap_look(&h->heaps[heap], h->memory, &h->vm, thorough);

	memory_forget(h->memory);
	return changed;
}

int
hotspot_table(struct hotspot *h, size_t heap, struct unwind_table *t)
{
	return code_heap_table(&h->heaps[heap], t);
}
