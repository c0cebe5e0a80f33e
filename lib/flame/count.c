// SPDX-License-Identifier: GPL-2.0-or-later
/* The count at the end of a folded line: "main;read 12.50" leaves "main;read" and 125 in tenths. */
#include "flame/count.h"

static size_t
trim(const char *line, size_t len)
{
	while (len && is_blank(line[len - 1]))
		len--;
	return len;
}

static bool
append_digit(uint64_t *value, char digit)
{
	return !__builtin_mul_overflow(*value, 10, value) && !__builtin_add_overflow(*value, (unsigned)(digit - '0'), value) &&
	       *value <= INT64_MAX;
}

/* The digits after the point; the value keeps as few of them as it needs. */
static bool
parse_fraction(const char *p, const char *end, struct count *count)
{
	bool up = end - p > COUNT_DECIMALS && p[COUNT_DECIMALS] >= '5';

	if (end - p > COUNT_DECIMALS)
		end = p + COUNT_DECIMALS;
	while (!up && end > p && end[-1] == '0')
		end--;
	for (; p < end; p++, count->decimals++)
		if (!append_digit(&count->value, *p))
			return false;
	count->value += up;
	while (count->decimals && count->value % 10 == 0) {
		count->value /= 10;
		count->decimals--;
	}
	return true;
}

static enum count_verdict
parse(const char *p, const char *end, struct count *count)
{
	*count = (struct count){0};
	for (; p < end && is_digit(*p); p++)
		if (!append_digit(&count->value, *p))
			return COUNT_TOO_LARGE;
	if (p < end && !parse_fraction(p + 1, end, count))
		return COUNT_TOO_LARGE;
	return COUNT_TAKEN;
}

enum count_verdict
count_take(const char *line, size_t *len, struct count *count)
{
	size_t end = trim(line, *len), start = end, points = 0, stack;

	while (start && (is_digit(line[start - 1]) || (line[start - 1] == '.' && !points++)))
		start--;
	if (start == end || !is_digit(line[start]))
		return COUNT_NONE;
	if (start > 1 && line[start - 1] == '-' && is_blank(line[start - 2]))
		return COUNT_NEGATIVE;
	if (start && !is_blank(line[start - 1]))
		return COUNT_NONE;
	stack = trim(line, start);
	if (!stack)
		return COUNT_NO_STACK;
	*len = stack;
	return parse(line + start, line + end, count);
}

bool
count_scale(const struct count *count, unsigned decimals, uint64_t *value)
{
	*value = count->value;
	for (unsigned d = count->decimals; d < decimals; d++)
		if (!append_digit(value, '0'))
			return false;
	return true;
}
