// SPDX-License-Identifier: GPL-2.0-or-later
/* Times and sizes: 1250000000 ns is "1.25 s", 3670016 bytes are "3.5 MiB". */
#include "flame/unit.h"

#include <math.h>
#include <string.h>

static const struct scale {
	double step;	    /* from one name to the next */
	const char *names[7]; /* NULL behind the last */
} scales[] = {
	[UNIT_NS] = {1000, {"ns", "us", "ms", "s", NULL}},
	[UNIT_BYTES] = {1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}},
};

enum { NAMES = 7 };

enum unit
unit_find(const char *name, size_t len)
{
	static const char *const words[] = {[UNIT_SAMPLES] = "samples", [UNIT_NS] = "ns", [UNIT_BYTES] = "bytes"};

	for (int i = 0; i < UNIT_UNKNOWN; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], name, len))
			return (enum unit)i;
	return UNIT_UNKNOWN;
}

void
unit_grouped(struct buf *out, uint64_t v)
{
	char text[26];
	size_t at = sizeof(text), digits = 0;

	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + v % 10);
		digits++;
	} while (v /= 10);
	buf_add(out, text + at, sizeof(text) - at);
}

/* In hundredths, rounded to three digits or to the whole number. */
static double
rounded(double value)
{
	double hundredths = value * 100, digit = value < 9.995 ? 1 : value < 99.95 ? 10 : 100;

	return floor(hundredths / digit + 0.5) * digit;
}

void
unit_write(struct buf *out, enum unit unit, double value)
{
	const struct scale *s = &scales[unit];
	uint64_t hundredths;
	int i = 0;

	while (i + 1 < NAMES && s->names[i + 1] && rounded(value) >= s->step * 100) {
		value /= s->step;
		i++;
	}
	if (value > 1e15) {
		buf_printf(out, "%.4g %s", value, s->names[i]);
		return;
	}
	hundredths = (uint64_t)rounded(value);
	unit_grouped(out, hundredths / 100);
	if (hundredths %= 100)
		buf_printf(out, hundredths % 10 ? ".%02u" : ".%u", (unsigned)(hundredths % 10 ? hundredths : hundredths / 10));
	buf_printf(out, " %s", s->names[i]);
}
