// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody may have meant who typed a name that does not exist. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Names that hold the wanted one come after all that are a few letters away. PART_MIN: "sys_read" is worth finding in
 * "__x64_sys_read", "a" is in everything. */
enum { LIMIT_MAX = 5, PART_RANK = 100, PART_MIN = 4 };

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool
differ(char a, char b)
{
	return tolower((unsigned char)a) != tolower((unsigned char)b);
}

unsigned
edit_distance(const char *a, size_t a_len, const char *b, size_t b_len, unsigned limit)
{
	unsigned rows[3][NEAREST_NAME], *before = rows[0], *above = rows[1], *row = rows[2], *free;

	if (a_len >= NEAREST_NAME || b_len >= NEAREST_NAME || (a_len > b_len ? a_len - b_len : b_len - a_len) > limit)
		return limit + 1;
	for (size_t j = 0; j <= b_len; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned best = row[0] = (unsigned)i;

		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(above[j - 1] + differ(a[i - 1], b[j - 1]), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) && !differ(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		if (best > limit)
			return limit + 1;
		free = before, before = above, above = row, row = free;
	}
	return least(above[b_len], limit + 1);
}

void
nearest_begin(struct nearest *n, const char *wanted)
{
	n->wanted = wanted;
	n->len = strlen(wanted);
	n->limit = least(LIMIT_MAX, 1 + (unsigned)n->len / 3);
	n->n = 0;
}

static void
keep(struct nearest *n, const char *shown, size_t len, unsigned rank)
{
	size_t at = n->n < NEAREST_MAX ? n->n : NEAREST_MAX - 1;

	if (len >= NEAREST_NAME || (n->n == NEAREST_MAX && n->best[at].rank <= rank))
		return;
	for (size_t i = 0; i < n->n; i++)
		if (strlen(n->best[i].name) == len && !memcmp(n->best[i].name, shown, len))
			return;
	for (; at && n->best[at - 1].rank > rank; at--)
		n->best[at] = n->best[at - 1];
	memcpy(n->best[at].name, shown, len);
	n->best[at].name[len] = 0;
	n->best[at].rank = rank;
	n->n += n->n < NEAREST_MAX;
}

/* What is kept is no part of what it is offered as, or all of it. */
static void
offer(struct nearest *n, const char *name, size_t len, const char *shown, size_t shown_len)
{
	unsigned limit = n->n < NEAREST_MAX ? n->limit : least(n->limit, n->best[NEAREST_MAX - 1].rank);
	unsigned distance = edit_distance(n->wanted, n->len, name, len, limit);

	if (distance <= limit && distance < n->len)
		keep(n, shown, shown_len, distance);
	else if (n->len >= PART_MIN && len > n->len && memmem(name, len, n->wanted, n->len))
		keep(n, shown, shown_len, PART_RANK + (unsigned)(len - n->len));
}

void
nearest_offer(struct nearest *n, const char *name, size_t len)
{
	offer(n, name, len, name, len);
}

void
nearest_offer_part(struct nearest *n, const char *name, size_t len, const char *shown)
{
	offer(n, name, len, shown, strlen(shown));
}

void
nearest_prefer(struct nearest *n, const char *shown)
{
	keep(n, shown, strlen(shown), 0);
}

size_t
nearest_text(const struct nearest *n, const char *before, char *text, size_t size)
{
	size_t len = 0;

	text[0] = 0;
	for (size_t i = 0; i < n->n; i++) {
		const char *comma = i ? ", " : before, *name = n->best[i].name;
		size_t more = strlen(comma) + strlen(name);

		if (len + more + 1 > size)
			break;
		memcpy(text + len, comma, strlen(comma));
		memcpy(text + len + strlen(comma), name, strlen(name) + 1);
		len += more;
	}
	return len;
}
