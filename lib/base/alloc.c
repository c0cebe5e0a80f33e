// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation that never fails. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"

static void *
checked(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

void *
xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	return checked(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *
xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *
xstrndup(const char *s, size_t n)
{
	return checked(strndup(s, n));
}

size_t
grow_capacity(size_t cap, size_t need)
{
	if (cap < 16)
		cap = 16;
	while (cap < need)
		cap += cap / 2;
	return cap;
}
