/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorting large arrays of addresses. */
#ifndef ELF_SORT_H
#define ELF_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_item {
	uint64_t key;
	uint32_t index; /* the caller's */
};

/* Ascending by key; equal keys stay in their order. An array already in order costs one pass. */
void sort_items(struct sort_item *items, size_t n);

#endif
