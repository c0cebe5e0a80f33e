/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation that never fails: out of memory is said and ends the process with status 1. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* All results are owned by the caller and released with free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);			/* zeroed */
void *xreallocarray(void *p, size_t n, size_t size);	/* overflow-checked */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* The capacity to grow to so that an array of `cap` elements holds `need`. */
size_t grow_capacity(size_t cap, size_t need);

/* Makes room for `more` elements, or for one, in an array kept as (pointer, count, capacity). */
#define GROW_BY(p, n, more, cap)                                               \
	do {                                                                   \
		if ((size_t)(n) + (more) > (cap)) {                            \
			(cap) = grow_capacity((cap), (size_t)(n) + (more));    \
			(p) = xreallocarray((p), (cap), sizeof(*(p)));         \
		}                                                              \
	} while (0)
#define GROW(p, n, cap) GROW_BY(p, n, 1, cap)

#endif
