// SPDX-License-Identifier: GPL-2.0-or-later
/* UTF-8 (RFC 3629, section 4: the table of well-formed byte sequences). */
#include "base/utf8.h"

#include <stdbool.h>

struct form {
	unsigned char first, last;	 /* range of the first byte */
	unsigned char second_min, second_max;
	unsigned char length;
};

static const struct form forms[] = {
	{0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool
matches(const struct form *f, const unsigned char *p, size_t n)
{
	if (p[0] < f->first || p[0] > f->last || n < f->length)
		return false;
	if (f->length > 1 && (p[1] < f->second_min || p[1] > f->second_max))
		return false;
	for (size_t i = 2; i < f->length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t
utf8_length(const void *p, size_t n)
{
	if (*(const unsigned char *)p < 0x80)
		return 1;
	for (size_t i = 1; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (matches(&forms[i], p, n))
			return forms[i].length;
	return 0;
}
