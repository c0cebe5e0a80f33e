/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growable byte buffer. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data; /* owned; not NUL-terminated; NULL when nothing was added yet */
	size_t len, cap;
};

void buf_grow(struct buf *b, size_t more); /* room for `more` bytes after len */
void buf_free(struct buf *b);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_decimal(struct buf *b, uint64_t v); /* "1234" */
char *buf_cstr(struct buf *b);		     /* data with a NUL after it (not counted in len) */

static inline void
buf_reserve(struct buf *b, size_t more)
{
	if (b->cap - b->len < more)
		buf_grow(b, more);
}

static inline void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len)
		return;
	buf_reserve(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static inline void
buf_char(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->data[b->len++] = c;
}

static inline void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

#endif
