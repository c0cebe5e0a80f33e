// SPDX-License-Identifier: GPL-2.0-or-later
/* One of two files of a program, with an inlined function; the tests know its lines. */
#include <stdlib.h>
int other(int);
static inline __attribute__((always_inline)) int sq(int x)
{
	return x * rand();
}
__attribute__((noinline)) static int
f(int x)
{
	int s = 0;
	for (int i = 0; i < x; i++)
		s += sq(i);
	return s;
}
int main(int argc, char **argv) { return f(argc) + other(argc); }
