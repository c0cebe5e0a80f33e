// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said when a name matches nothing, or too much. */
#include "sampler/near.h"

#include <stdio.h>
#include <string.h>

#include "base/sums.h"

/* Names that hold the wanted one come after all that are a few letters away. PART_MIN: "sys_read" is worth finding in
 * "__x64_sys_read", "a" is in everything. */
enum { ROW = 128, PART_RANK = 100, PART_MIN = 4, DISTANCE_MAX = 4 };

struct near
near_to(const char *wanted)
{
	return (struct near){.wanted = wanted, .len = strlen(wanted)};
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
edit_distance(const char *a, const char *b, unsigned limit)
{
	unsigned rows[3][ROW], *before = rows[0], *above = rows[1], *row = rows[2], *free;
	size_t n = strlen(a), m = strlen(b);

	if (n >= ROW || m >= ROW || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	for (size_t j = 0; j <= m; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned best = row[0] = (unsigned)i;

		for (size_t j = 1; j <= m; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		if (best > limit)
			return limit + 1;
		free = before, before = above, above = row, row = free;
	}
	return least(above[m], limit + 1);
}

static void
keep(struct near *near, const char *name, unsigned rank)
{
	size_t at = near->n;

	for (size_t i = 0; i < near->n; i++)
		if (!strcmp(near->names[i], name))
			return;
	while (at && near->ranks[at - 1] > rank)
		at--;
	if (at == NEAREST_MAX)
		return;
	near->n += near->n < NEAREST_MAX;
	for (size_t i = near->n - 1; i > at; i--) {
		near->names[i] = near->names[i - 1];
		near->ranks[i] = near->ranks[i - 1];
	}
	near->names[at] = name;
	near->ranks[at] = rank;
}

void
near_offer(struct near *near, const char *name, const char *shown)
{
	unsigned limit = least(DISTANCE_MAX, (unsigned)near->len / 4 + 1);
	unsigned distance = edit_distance(near->wanted, name, limit);

	if (distance <= limit && distance < near->len)
		keep(near, shown, distance);
	else if (near->len >= PART_MIN && strstr(name, near->wanted))
		keep(near, shown, PART_RANK + (unsigned)(strlen(name) - near->len));
}

void
near_prefer(struct near *near, const char *shown)
{
	keep(near, shown, 0);
}

const char *
near_text(const struct near *near)
{
	static char text[512];
	size_t len = 0;

	text[0] = 0;
	for (size_t i = 0; i < near->n && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "; near it: ", near->names[i]);
	return text;
}

bool
is_pattern(const char *text)
{
	return strpbrk(text, "*?[");
}

int
too_many(struct err *err, const char *pattern, const char *things, uint64_t n, uint64_t max)
{
	return err_set(err, "%s matches %s %s; --max-probes allows %s", pattern, grouped(n), things, grouped(max));
}
