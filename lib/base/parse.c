// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole-string parsing of what users type. */
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct unit {
	const char *name;
	double factor;
};

static const struct unit durations[] = {{"", 1e9},  {"s", 1e9},	    {"ms", 1e6},  {"us", 1e3},
					{"ns", 1},  {"m", 60e9},    {"h", 3600e9}, {NULL, 0}};
static const struct unit sizes[] = {{"", 1},		{"k", 1024},	{"K", 1024},	    {"M", 1 << 20},
				    {"m", 1 << 20},	{"G", 1 << 30}, {"g", 1 << 30},	    {NULL, 0}};

bool
parse_u64(const char *text, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

/* strtoull() takes signs and blanks before the digits. */
bool
parse_number_at(const char *text, const char **end, uint64_t *value)
{
	char *rest;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &rest, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
	*end = rest;
	return !errno;
}

bool
parse_number(const char *text, uint64_t *value)
{
	const char *end;

	return parse_number_at(text, &end, value) && !*end;
}

/* A decimal number, as C writes it, without hex and infinities; *end is what follows it. */
static bool
number(const char *text, double *value, char **end)
{
	const char *digits = text + strspn(text, "+-");

	if ((!isdigit((unsigned char)*digits) && *digits != '.') || (digits[0] == '0' && (digits[1] | 32) == 'x'))
		return false;
	errno = 0;
	*value = strtod(text, end);
	return !errno && *end != text && isfinite(*value);
}

bool
parse_double(const char *text, double *value)
{
	char *end;

	return number(text, value, &end) && !*end;
}

static bool
with_unit(const char *text, const struct unit *units, uint64_t *value)
{
	double v;
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	if (!number(text, &v, &end))
		return false;
	for (const struct unit *u = units; u->name; u++)
		if (!strcmp(end, u->name) && v * u->factor < 9e18) {
			*value = (uint64_t)(v * u->factor + 0.5);
			return true;
		}
	return false;
}

bool
parse_duration(const char *text, uint64_t *ns)
{
	return with_unit(text, durations, ns);
}

bool
parse_size(const char *text, uint64_t *bytes)
{
	return with_unit(text, sizes, bytes);
}

bool
int_list_has(const struct int_list *list, uint32_t item)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i] == item)
			return true;
	return false;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
sort_unique(struct int_list *list)
{
	size_t kept = 0;

	qsort(list->items, list->n, sizeof(*list->items), by_value);
	for (size_t i = 0; i < list->n; i++)
		if (!kept || list->items[kept - 1] != list->items[i])
			list->items[kept++] = list->items[i];
	list->n = kept;
}

/* One "7" or "3-5" at *text; moves *text past it. */
static bool
range(const char **text, uint32_t max, uint64_t *first, uint64_t *last)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*first = *last = strtoull(*text, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return false;
		*last = strtoull(end + 1, &end, 10);
	}
	*text = end;
	return !errno && *first <= *last && *last <= max && *last - *first <= 1 << 16;
}

bool
parse_int_list(const char *text, uint32_t max, struct int_list *list)
{
	uint64_t first, last;

	for (;; text++) {
		if (!range(&text, max, &first, &last))
			return false;
		for (; first <= last; first++) {
			GROW(list->items, list->n, list->cap);
			list->items[list->n++] = (uint32_t)first;
		}
		if (*text != ',')
			break;
	}
	sort_unique(list);
	return !*text;
}
