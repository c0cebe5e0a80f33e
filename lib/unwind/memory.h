/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another process's memory, read through a callback. It may be gone at any time, and what it holds is nobody's word. */
#ifndef UNWIND_MEMORY_H
#define UNWIND_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_piece {
	uint64_t address;
	void *to;
	size_t size; /* bytes */
};

enum {
	MEMORY_PIECES = 256, /* in one read */
	MEMORY_PAGE = 4096,
	MEMORY_PAGES = 64, /* kept */
};

struct memory {
	/* Reads pieces, at most MEMORY_PIECES. Returns how many of them, from the first on, were read whole. */
	size_t (*read)(void *context, const struct memory_piece *pieces, size_t n);
	void *context;
	uint64_t kept[MEMORY_PAGES]; /* page numbers + 1; 0: none */
	uint8_t (*pages)[MEMORY_PAGE]; /* owned; NULL until the first is kept */
};

/* Reads a process's memory; `context` is a pointer to its pid_t. */
size_t memory_of_process(void *context, const struct memory_piece *pieces, size_t n);

bool memory_read(struct memory *m, uint64_t address, void *to, size_t size);

/* Reads pieces, however many. Those that cannot be read are left as they are, with size 0. */
void memory_gather(struct memory *m, struct memory_piece *pieces, size_t n);

/* As memory_read(), by pages that are kept: for small things that lie close together and do not change. */
bool memory_peek(struct memory *m, uint64_t address, void *to, size_t size);

/* A string of less than `size` bytes. False: it is longer, or cannot be read. */
bool memory_string(struct memory *m, uint64_t address, char *to, size_t size);

void memory_forget(struct memory *m); /* the pages that are kept */

#endif
