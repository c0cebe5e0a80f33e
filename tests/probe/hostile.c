// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks for probes in damaged copies of a file: cut at every byte, then with N random changes: hostile FILE COPY SEED N SPEC...
 * In a spec @ stands for the copy. Says how many of the searches found something. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sampler/probe.h"
#include "sym/demangle.h"

static const char *copy;
static char **specs;
static size_t searches, found;

static void
write_copy(const unsigned char *bytes, size_t size)
{
	int fd = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd))
		exit(3);
}

static void
search_copy(const unsigned char *bytes, size_t size)
{
	struct probe_scope scope = {.max_probes = 1000, .demangle = demangle};

	write_copy(bytes, size);
	for (char **spec = specs; *spec; spec++) {
		size_t before = strcspn(*spec, "@");
		char text[4096];
		struct event_spec event = {.text = text};
		struct probes all = {0};
		struct err err = {0};

		snprintf(text, sizeof(text), "%.*s%s%s", (int)before, *spec, copy, *spec + before + ((*spec)[before] == '@'));
		searches++;
		if (!probes_find(&all, &event, &scope, &err))
			found++;
		else if (!err.text[0])
			exit(4);
		probes_free(&all);
	}
}

static unsigned
next(void)
{
	return (unsigned)lrand48();
}

static void
change(unsigned char *bytes, size_t size)
{
	static const unsigned char edges[] = {0, 1, 0x7f, 0x80, 0xff};

	for (unsigned n = 1 + next() % 8; n; n--) {
		size_t at = next() % 3 ? next() % size : next() % (size < 1024 ? size : 1024);

		bytes[at] = next() % 2 ? (unsigned char)next() : edges[next() % sizeof(edges)];
	}
}

int
main(int argc, char **argv)
{
	FILE *f = argc > 5 ? fopen(argv[1], "r") : NULL;
	unsigned char *whole, *changed;
	struct stat st;
	size_t size;

	if (!f || fstat(fileno(f), &st))
		return 2;
	size = (size_t)st.st_size;
	whole = xmalloc(size);
	changed = xmalloc(size);
	if (fread(whole, 1, size, f) != size)
		return 2;
	fclose(f);
	copy = argv[2];
	specs = argv + 5;
	srand48(atol(argv[3]));
	for (size_t cut = 0; cut <= size; cut++)
		search_copy(whole, cut);
	for (long n = atol(argv[4]); n; n--) {
		memcpy(changed, whole, size);
		change(changed, size);
		search_copy(changed, size);
	}
	printf("%zu of %zu\n", found, searches);
	free(whole);
	free(changed);
	return 0;
}
