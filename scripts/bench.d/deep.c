// SPDX-License-Identifier: GPL-2.0-or-later
/* A load for measurements: burns cpu below a known number of frames, for SECONDS (deep FRAMES SECONDS).
 *
 * Each frame is of another function on a page of its own, so that each is looked up in another place of the table.
 * main and what glibc has above it count, too: four frames. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { ABOVE = 4 };

typedef uint64_t level(uint64_t x, int depth);

/* A hundred functions: f100 to f199. */
#define TENS(X) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)
#define TEN(tens) ONE(tens##0) ONE(tens##1) ONE(tens##2) ONE(tens##3) ONE(tens##4) \
		  ONE(tens##5) ONE(tens##6) ONE(tens##7) ONE(tens##8) ONE(tens##9)

#define ONE(n) static level f##n;
TENS(TEN)
#undef ONE

#define ONE(n) f##n,
static level *volatile levels[] = {TENS(TEN)};
#undef ONE

static uint64_t
burn(uint64_t x)
{
	for (int i = 0; i < 10000000; i++)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return x;
}

#define ONE(n)                                                                        \
	__attribute__((noinline, aligned(1024))) static uint64_t f##n(uint64_t x, int depth) \
	{                                                                             \
		if (depth <= 1)                                                       \
			return burn(x);                                               \
		return levels[(n - 99) % 100](x + 1, depth - 1) ^ n;                  \
	}
TENS(TEN)

int
main(int argc, char **argv)
{
	int depth = (argc > 1 ? atoi(argv[1]) : 20) - ABOVE;
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 1);
	uint64_t x = 0;

	while (time(NULL) < end)
		x += levels[0](x, depth);
	return (int)(x & 1);
}
