// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives files to what a fuzzer tests, without the fuzzer: replay FILE... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	enum { SIZE_MOST = 1 << 20 };
	uint8_t *data = malloc(SIZE_MOST);

	for (int i = 1; i < argc && data; i++) {
		FILE *f = fopen(argv[i], "rb");

		if (!f)
			return 1;
		LLVMFuzzerTestOneInput(data, fread(data, 1, SIZE_MOST, f));
		fclose(f);
	}
	free(data);
	return 0;
}
