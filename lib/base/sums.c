// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers added up by name. */
#include "base/sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"

enum { LISTED_MAX = 8 };

uint32_t
sums_name(struct sums *sums, const char *name, size_t len)
{
	uint32_t id = intern(&sums->names, name, len);

	if (id >= sums->cap) {
		size_t cap = grow_capacity(sums->cap, (size_t)id + 1);

		sums->of = xreallocarray(sums->of, cap, sizeof(*sums->of));
		memset(sums->of + sums->cap, 0, (cap - sums->cap) * sizeof(*sums->of));
		sums->cap = cap;
	}
	return id;
}

void
sums_add(struct sums *sums, uint32_t name, uint64_t n)
{
	sums->of[name] += n;
	sums->total += n;
}

void
sums_move(struct sums *to, struct sums *from)
{
	for (uint32_t i = 0; i < from->names.n; i++)
		sums_add(to, sums_name(to, from->names.all[i].text, from->names.all[i].len), from->of[i]);
	sums_free(from);
}

void
sums_free(struct sums *sums)
{
	intern_free(&sums->names);
	free(sums->of);
	*sums = (struct sums){0};
}

uint32_t
sums_count(const struct sums *sums)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sums->names.n; i++)
		n += sums->of[i] != 0;
	return n;
}

/* A name as it may go to a terminal. */
static void
put_name(struct buf *b, const struct interned *name)
{
	size_t n;

	for (size_t i = 0; i < name->len; i += n ? n : 1) {
		unsigned char c = (unsigned char)name->text[i];

		n = utf8_length(name->text + i, name->len - i);
		if (!n || c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)name->text[i + 1] < 0xa0))
			buf_char(b, '?');
		else
			buf_add(b, name->text + i, n);
	}
}

const char *
sums_text(const struct sums *sums)
{
	static struct buf b;
	uint32_t n = sums_count(sums), shown = 0;

	b.len = 0;
	for (uint32_t i = 0; i < sums->names.n && shown < LISTED_MAX; i++) {
		if (!sums->of[i])
			continue;
		buf_puts(&b, shown++ ? ", " : "");
		put_name(&b, &sums->names.all[i]);
		if (n > 1)
			buf_printf(&b, " %s", grouped(sums->of[i]));
	}
	buf_puts(&b, n > shown ? ", ..." : "");
	return buf_cstr(&b);
}

const char *
grouped(uint64_t n)
{
	static char texts[4][32];
	static unsigned turn;
	char *p = texts[turn++ % 4] + sizeof(texts[0]) - 1;

	for (int i = 0; n || !i; i++, n /= 10) {
		if (i && i % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + n % 10);
	}
	return p;
}
