// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a sound stream cut at every byte, and with each of its bytes changed, with all that lib/stream has. Cut, it has
 * to be read with at most a warning; changed, it may be malformed. On all cpus. To be built with ASAN=1: cut FILE [CUTS
 * [CHANGES]] */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

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

/* Of several processes this one takes each `step`th place. */
static int
cut_everywhere(const uint8_t *data, size_t len, size_t limit, size_t first, size_t step)
{
	char said[1200];
	int wrong = 0;

	for (size_t n = first; n <= limit; n += step) {
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
change_everywhere(uint8_t *data, size_t len, size_t limit, size_t first, size_t step)
{
	static const uint8_t changes[] = {0xff, 0x80, 0x01, 0x10};
	size_t malformed = 0;
	char said[1200];

	for (size_t i = first; i < limit; i += step)
		for (size_t k = 0; k < sizeof(changes); k++) {
			data[i] ^= changes[k];
			LLVMFuzzerTestOneInput(data, len);
			malformed += result_of(data, len, said, sizeof(said)) < 0;
			data[i] ^= changes[k];
		}
	return malformed;
}

struct result {
	int wrong;
	size_t malformed;
};

/* False: a process did not come to its end. */
static bool
on_all_cpus(uint8_t *data, size_t len, size_t cuts, size_t changes, struct result *sum)
{
	size_t n = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct result *all = mmap(NULL, n * sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool good = all != MAP_FAILED;
	int status;

	fflush(stdout);
	for (size_t i = 0; good && i < n; i++) {
		pid_t pid = fork();

		good = pid >= 0;
		if (!pid) {
			all[i].wrong = cut_everywhere(data, len, cuts, i, n);
			all[i].malformed = change_everywhere(data, len, changes, i, n);
			exit(0);
		}
	}
	while (wait(&status) > 0)
		good = good && !status;
	for (size_t i = 0; good && i < n; i++) {
		sum->wrong += all[i].wrong;
		sum->malformed += all[i].malformed;
	}
	return good;
}

int
main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	struct result sum = {0};
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, data, sizeof(data));
	size_t cuts = argc > 2 ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
	size_t changes = argc > 3 ? strtoul(argv[3], NULL, 10) : SIZE_MAX;

	if (len <= 0) {
		perror(argc > 1 ? argv[1] : "no file");
		return 2;
	}
	cuts = cuts < (size_t)len ? cuts : (size_t)len;
	changes = changes < (size_t)len ? changes : (size_t)len;
	if (!on_all_cpus(data, (size_t)len, cuts, changes, &sum)) {
		printf("a process did not come to its end\n");
		return 2;
	}
	printf("%zu cuts, %d wrong; %zu changes, %zu malformed\n", cuts + 1, sum.wrong, changes * 4, sum.malformed);
	return sum.wrong != 0;
}
