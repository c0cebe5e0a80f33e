// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the fuzzer's function on files, without the fuzzer: replay FILE... */
#include <fcntl.h>
#include <stdio.h>

#include "tests/fuzz/stream.c"

int
main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		ssize_t len = read(fd, data, sizeof(data));

		if (len < 0) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(data, (size_t)len);
		close(fd);
	}
	printf("%d inputs\n", argc - 1);
	return argc == 1;
}
