// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing a table's image. */
#include "unwind/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { CHUNK_SHIFT = 10, CHUNKS_MAX = 1 << (32 - CHUNK_SHIFT) };
_Static_assert(UNWIND_ROWS == 1 << CHUNK_SHIFT, "unwind_entry.first is chunk << 10 | number");

void
image_begin(struct image *i, uint64_t start, uint64_t end)
{
	*i = (struct image){.base = (uint32_t)(start >> UNWIND_PAGE_SHIFT), .offset = start};
	i->n_entries = (uint32_t)((end - 1) >> UNWIND_PAGE_SHIFT) - i->base + 1;
	i->entries = xcalloc(i->n_entries, sizeof(*i->entries));
}

/* Makes room for `n` rows in one chunk. */
static void
reserve(struct image *i, size_t n)
{
	size_t left = -i->n % UNWIND_ROWS;

	if (n > left && left) {
		memset(i->rows + i->n, 0, left * sizeof(*i->rows));
		i->n += left;
	}
	GROW_BY(i->rows, i->n, UNWIND_ROWS, i->cap);
}

/* Puts the page's rows with all others, and goes on to a later page. */
static void
turn_page(struct image *i, uint32_t to)
{
	if (i->n_page) {
		reserve(i, i->n_page);
		i->entries[i->at].first = (uint32_t)i->n;
		i->entries[i->at].n = (uint16_t)i->n_page;
		memcpy(i->rows + i->n, i->page, i->n_page * sizeof(*i->page));
		i->n += i->n_page;
		i->n_page = 0;
	}
	while (i->at < to)
		i->entries[++i->at].rule = i->rule;
}

static void
put_next(struct image *i)
{
	uint32_t page = (uint32_t)(i->offset >> UNWIND_PAGE_SHIFT) - i->base;
	uint16_t at = i->offset % UNWIND_PAGE;

	if (i->next == i->rule || page >= i->n_entries)
		return;
	if (page != i->at)
		turn_page(i, page);
	if (at)
		i->page[i->n_page++] = (struct unwind_row){at, i->next};
	else
		i->entries[page].rule = i->next;
	i->rule = i->next;
	i->n_rows++;
	i->unsupported += i->rule == RULE_UNSUPPORTED;
}

void
image_row(struct image *i, uint64_t offset, uint16_t rule)
{
	if (offset != i->offset)
		put_next(i);
	i->offset = offset;
	i->next = rule;
}

static size_t
chunks(size_t n, size_t in_a_chunk)
{
	return (n + in_a_chunk - 1) / in_a_chunk;
}

int
image_end(struct image *i, const struct rules *rules, struct unwind_table *t)
{
	size_t first, n_chunks;

	put_next(i);
	turn_page(i, i->n_entries - 1);
	t->base = i->base;
	t->n_entries = i->n_entries;
	t->n_rules = (uint32_t)rules->n;
	t->n_rows = i->n_rows;
	t->unsupported = i->unsupported;
	t->rules = (uint32_t)chunks(i->n_entries, UNWIND_ENTRIES);
	first = t->rules + chunks(rules->n, UNWIND_RULES);
	n_chunks = first + chunks(i->n, UNWIND_ROWS);
	if (n_chunks <= CHUNKS_MAX) {
		for (uint32_t n = 0; n < i->n_entries; n++)
			if (i->entries[n].n)
				i->entries[n].first += (uint32_t)first << CHUNK_SHIFT;
		t->n_chunks = (uint32_t)n_chunks;
		t->image = xcalloc(n_chunks, UNWIND_CHUNK);
		memcpy(t->image, i->entries, i->n_entries * sizeof(*i->entries));
		memcpy(t->image + (size_t)t->rules * UNWIND_CHUNK, rules->all, rules->n * sizeof(*rules->all));
		if (i->n)
			memcpy(t->image + first * UNWIND_CHUNK, i->rows, i->n * sizeof(*i->rows));
	}
	free(i->entries);
	free(i->rows);
	return t->image ? 0 : -1;
}
