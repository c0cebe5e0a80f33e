// SPDX-License-Identifier: GPL-2.0-or-later
/* The other; the tests know its lines. */
#include <stdlib.h>
static inline __attribute__((always_inline)) int cube(int x)
{
	return x * rand() * x;
}
int other(int x) { return cube(x) + 1; }
