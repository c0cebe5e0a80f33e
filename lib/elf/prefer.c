// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of several names for one address is shown. */
#include "elf/prefer.h"

#include <string.h>

/* Names are compared up to here: a hostile file can have a million of them in one place, each a megabyte long. */
enum { LONG = 1024 };

static size_t
underscores(const char *name)
{
	size_t n = 0;

	while (name[n] == '_' && n < LONG)
		n++;
	return n;
}

static int
visibility(enum binding binding)
{
	return binding < PREFER_WEAK ? (int)binding : PREFER_GLOBAL;
}

bool
prefer_name(enum binding a_binding, const char *a, enum binding b_binding, const char *b)
{
	size_t a_len, b_len;

	if (visibility(a_binding) != visibility(b_binding))
		return visibility(a_binding) > visibility(b_binding);
	a_len = underscores(a);
	b_len = underscores(b);
	if (a_len != b_len)
		return a_len < b_len;
	if (a_binding != b_binding)
		return a_binding > b_binding;
	a_len = strnlen(a, LONG);
	b_len = strnlen(b, LONG);
	return a_len != b_len ? a_len < b_len : strncmp(a, b, LONG) < 0;
}
