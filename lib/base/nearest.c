// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody may have meant who typed a name that does not exist. */
#include "base/nearest.h"

#include <ctype.h>
#include <string.h>

void
nearest_begin(struct nearest *n, const char *wanted)
{
	n->wanted = wanted;
	n->len = strlen(wanted);
	n->far = n->len < NEAREST_NAME ? 2 + (unsigned)n->len / 3 : 0;
	n->n = 0;
}

static unsigned
smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's, where a and A are the same; `limit` when it is no less. Shorter than NEAREST_NAME, both. */
static unsigned
distance(const char *a, size_t a_len, const char *b, size_t b_len, unsigned limit)
{
	unsigned row[NEAREST_NAME];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0], least;

		row[0] = least = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned other = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
			unsigned d = smallest(row[j] + 1, row[j - 1] + 1, diagonal + other);

			diagonal = row[j];
			row[j] = d;
			least = d < least ? d : least;
		}
		if (least >= limit)
			return limit;
	}
	return row[b_len];
}

void
nearest_offer(struct nearest *n, const char *candidate, size_t len)
{
	unsigned limit = n->n < NEAREST_MAX ? n->far : n->best[NEAREST_MAX - 1].distance, d;
	size_t at = n->n < NEAREST_MAX ? n->n : NEAREST_MAX - 1;

	if (len >= NEAREST_NAME || (len > n->len ? len - n->len : n->len - len) >= limit)
		return;
	for (size_t i = 0; i < n->n; i++)
		if (strlen(n->best[i].name) == len && !memcmp(n->best[i].name, candidate, len))
			return;
	d = distance(n->wanted, n->len, candidate, len, limit);
	if (d >= limit)
		return;
	for (; at && n->best[at - 1].distance > d; at--)
		n->best[at] = n->best[at - 1];
	memcpy(n->best[at].name, candidate, len);
	n->best[at].name[len] = 0;
	n->best[at].distance = d;
	n->n += n->n < NEAREST_MAX;
}

size_t
nearest_text(const struct nearest *n, char *text, size_t size)
{
	size_t len = 0;

	text[0] = 0;
	for (size_t i = 0; i < n->n; i++) {
		const char *name = n->best[i].name;
		size_t more = strlen(name);

		if (len + more + 3 > size)
			break;
		if (len) {
			memcpy(text + len, ", ", 2);
			len += 2;
		}
		memcpy(text + len, name, more + 1);
		len += more;
	}
	return len;
}
