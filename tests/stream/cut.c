// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a sound stream cut at every byte, and with each of its bytes changed, with all that lib/stream has. Cut, it has
 * to be read with at most a warning; changed, it may be malformed. To be built with ASAN=1: cut FILE [CUTS
 * [CHANGES]] */
#include <fcntl.h>
#include <stdio.h>

#include "tests/fuzz/stream.c"

static int
result_of(const uint8_t *data, size_t len, char *said, size_t size)
{
	int fd = file_of(data, len);
	struct stream *s = stream_open(fd, "cut");
	const char *warning;
	int64_t type;

	while ((type = stream_next(s)) > 0)
		stream_warning(s);
	warning = stream_warning(s);
	snprintf(said, size, "%s", type < 0 ? stream_error(s) : warning ? warning : "");
	stream_close(s);
	close(fd);
	return (int)type;
}

static int
cut_everywhere(const uint8_t *data, size_t len, size_t limit)
{
	char said[1200];
	int wrong = 0;

	for (size_t n = 0; n <= limit; n++) {
		int result = result_of(data, n, said, sizeof(said)), wanted = n < 8 ? -1 : 0;
		int whole = n == len || (n && len - n >= 8 && !memcmp(data + n, STREAM_MAGIC, 8));

		LLVMFuzzerTestOneInput(data, n);
		if (result != wanted || (said[0] == 0) != whole || (said[0] && !strstr(said, "offset ")))
			wrong += printf("cut at %zu: %d %s\n", n, result, said) > 0;
	}
	return wrong;
}

/* Returns how many changes made the stream malformed. */
static size_t
change_everywhere(uint8_t *data, size_t len, size_t limit)
{
	static const uint8_t changes[] = {0xff, 0x80, 0x01, 0x10};
	size_t malformed = 0;
	char said[1200];

	for (size_t i = 0; i < limit; i++)
		for (size_t k = 0; k < sizeof(changes); k++) {
			data[i] ^= changes[k];
			LLVMFuzzerTestOneInput(data, len);
			malformed += result_of(data, len, said, sizeof(said)) < 0;
			data[i] ^= changes[k];
		}
	return malformed;
}

int
main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, data, sizeof(data));
	size_t cuts = argc > 2 ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
	size_t changes = argc > 3 ? strtoul(argv[3], NULL, 10) : SIZE_MAX;
	int wrong;

	if (len <= 0) {
		perror(argc > 1 ? argv[1] : "no file");
		return 2;
	}
	cuts = cuts < (size_t)len ? cuts : (size_t)len;
	changes = changes < (size_t)len ? changes : (size_t)len;
	wrong = cut_everywhere(data, (size_t)len, cuts);
	printf("%zu cuts, %d wrong; ", cuts + 1, wrong);
	printf("%zu changes, %zu malformed\n", changes * 4, change_everywhere(data, (size_t)len, changes));
	return wrong != 0;
}
