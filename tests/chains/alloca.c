// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame whose size is known only when it runs, between frames that use rbp for something else. */
#include <alloca.h>
#include <string.h>

#include "burn.h"

static KEEP void
inner(char *text)
{
	WITH_ALL_REGISTERS(while (more()) burn());
	text[0] = 1;
}

static KEEP void
with_alloca(size_t n)
{
	char *text = alloca(n);

	memset(text, 0, n);
	inner(text);
	AND_BACK;
}

static KEEP void
outer(size_t n)
{
	WITH_ALL_REGISTERS(with_alloca(n));
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer(1000 + (size_t)argc);
	return 0;
}
