// SPDX-License-Identifier: GPL-2.0-or-later
/* Radix sort, lowest byte first; bytes that are the same in all keys cost nothing. */
#include "elf/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { DIGITS = 8, VALUES = 256, FEW = 32 };

static void
insertion_sort(struct sort_item *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct sort_item item = items[i];
		size_t j = i;

		for (; j && items[j - 1].key > item.key; j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

/* Counts each digit's values. False when the items are in order already. */
static bool
count_digits(const struct sort_item *items, size_t n, uint32_t counts[DIGITS][VALUES])
{
	bool sorted = true;

	for (size_t i = 1; i < n && sorted; i++)
		sorted = items[i - 1].key <= items[i].key;
	if (sorted)
		return false;
	memset(counts, 0, sizeof(counts[0]) * DIGITS);
	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < DIGITS; d++)
			counts[d][items[i].key >> 8 * d & 0xff]++;
	return true;
}

void
sort_items(struct sort_item *items, size_t n)
{
	uint32_t counts[DIGITS][VALUES];
	struct sort_item *from = items, *to, *spare;

	if (n <= FEW) {
		insertion_sort(items, n);
		return;
	}
	if (!count_digits(items, n, counts))
		return;
	to = spare = xreallocarray(NULL, n, sizeof(*spare));
	for (int d = 0; d < DIGITS; d++) {
		struct sort_item *swap = to;
		uint32_t at = 0;

		if (counts[d][from[0].key >> 8 * d & 0xff] == n)
			continue;
		for (int v = 0; v < VALUES; v++) {
			uint32_t count = counts[d][v];

			counts[d][v] = at;
			at += count;
		}
		for (size_t i = 0; i < n; i++)
			to[counts[d][from[i].key >> 8 * d & 0xff]++] = from[i];
		to = from;
		from = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
	free(spare);
}
