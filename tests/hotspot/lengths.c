// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps over the x86-64 instructions of a file of nothing else, and says where each begins, in hexadecimal. */
#include <stdio.h>

#include "base/msg.h"
#include "unwind/x86.h"

enum { SIZE_MAX_HERE = 16 << 20, LONGEST = 15 };

static uint8_t code[SIZE_MAX_HERE];

int
main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	size_t n = f ? fread(code, 1, sizeof(code), f) : 0;
	struct x86_instruction x;

	if (!n)
		die("nothing to read");
	for (size_t at = 0; at + LONGEST <= n; at += x.length) { /* the last ones may be cut short */
		printf("%zx\n", at);
		if (!x86_read(code + at, n - at, &x))
			die("no instruction at %zx: %02x", at, code[at]);
	}
	fclose(f);
	return 0;
}
