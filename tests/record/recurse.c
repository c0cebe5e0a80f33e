// SPDX-License-Identifier: GPL-2.0-or-later
/* Computes a Fibonacci number the slow way and says how often fib() was called at each depth: recurse NUMBER prints
 * "DEPTH CALLS" lines. */
#include <stdio.h>
#include <stdlib.h>

enum { DEEPEST = 512 };

static unsigned long calls[DEEPEST];

__attribute__((noinline, noclone)) unsigned long
fib(unsigned n, unsigned depth)
{
	unsigned long before;

	calls[depth]++;
	if (n < 2)
		return n;
	before = fib(n - 1, depth + 1);
	return before + fib(n - 2, depth + 1);
}

/* So deep that return probes by the dozen wait above one another. */
__attribute__((noinline, noclone)) unsigned
down(unsigned n, unsigned depth)
{
	calls[depth]++;
	return n ? down(n - 1, depth + 1) + 1 : 0;
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 10;

	if (argc > 2)
		down(n, 1);
	else
		fib(n, 1);
	for (int i = 1; i < DEEPEST; i++)
		if (calls[i])
			printf("%d %lu\n", i, calls[i]);
	return 0;
}
