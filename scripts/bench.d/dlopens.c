// SPDX-License-Identifier: GPL-2.0-or-later
/* A load for measurements: dlopens SECONDS LIBRARY... loads libraries in turns, burns cpu in each for 5 ms by its
 * function burn(), and unloads it. Compiled with -DLIBRARY=NUMBER it is such a library. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#ifdef LIBRARY

uint64_t burn(double seconds);

uint64_t
burn(double seconds)
{
	double end = now() + seconds;
	uint64_t x = LIBRARY;

	while (now() < end)
		for (int i = 0; i < 1000; i++)
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return x;
}

#else

int
main(int argc, char **argv)
{
	double end = now() + (argc > 2 ? atof(argv[1]) : 0);

	for (int i = 0; now() < end; i++) {
		void *library = dlopen(argv[2 + i % (argc - 2)], RTLD_NOW);
		uint64_t (*burn)(double) = library ? (uint64_t(*)(double))dlsym(library, "burn") : NULL;

		if (!burn)
			return 1;
		burn(0.005);
		dlclose(library);
	}
	return 0;
}

#endif
