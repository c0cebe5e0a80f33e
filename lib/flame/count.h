/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The count at the end of a folded line. */
#ifndef FLAME_COUNT_H
#define FLAME_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COUNT_DECIMALS = 6 }; /* further digits are rounded away */

enum count_verdict { COUNT_TAKEN, COUNT_NONE, COUNT_NEGATIVE, COUNT_TOO_LARGE, COUNT_NO_STACK };

struct count {
	uint64_t value;	   /* in units of 10^-decimals */
	unsigned decimals; /* as few as the value needs */
};

/* Takes "12" or "12.5" and the blanks around it off the end of the line. */
enum count_verdict count_take(const char *line, size_t *len, struct count *count);

/* The count in units of 10^-decimals, decimals not being fewer than its own; false when it passes INT64_MAX. */
bool count_scale(const struct count *count, unsigned decimals, uint64_t *value);

/* What stands between a stack and its count, and what counts are made of. */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
