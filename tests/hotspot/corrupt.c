// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the code heaps of a Java virtual machine as pb-record does, but out of memory that is not to be trusted: some of
 * what is read is changed on the way, or the process is gone from some time on. Whatever comes out must be sound, behind
 * a look that has failed, too.
 *
 *	corrupt PID ROUNDS	says how many rounds came how far
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/msg.h"
#include "tests/hotspot/libjvm.h"
#include "tests/random.h"
#include "unwind/hotspot.h"

enum {
	LONG_PIECE = 1 << 16,
	MEMORY_MAX = 1 << 20, /* KiB; ASan's own included */
};

/* How the memory lies in one round. */
struct liar {
	pid_t pid;
	unsigned rarely; /* one piece in so many is changed; 0: none */
	unsigned left;	 /* pieces until the process is gone */
};

static const uint64_t extremes[] = {0, 1, 7, 0x7f, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX, INT64_MAX};

static void
change(uint8_t *bytes, size_t size)
{
	uint64_t times = 1 + random_below(4);

	for (; times && size; times--) {
		size_t at = random_below(size);
		uint64_t word = extremes[random_below(sizeof(extremes) / sizeof(*extremes))];

		if (random_below(2))
			bytes[at] ^= (uint8_t)(1 << random_below(8));
		else
			memcpy(bytes + at / 8 * 8, &word, size - at / 8 * 8 < 8 ? size - at / 8 * 8 : 8);
	}
}

static size_t
lie(void *context, const struct memory_piece *pieces, size_t n)
{
	struct liar *l = context;
	size_t done = memory_of_process(&l->pid, pieces, n);

	if (done > l->left)
		done = l->left;
	l->left -= (unsigned)done;
	for (size_t i = 0; i < done; i++)
		if (l->rarely && (pieces[i].size > LONG_PIECE || !random_below(l->rarely)))
			change(pieces[i].to, pieces[i].size);
	return done;
}

static void
check_name(void *context, uint64_t start, uint64_t size, const char *name, size_t len)
{
	(void)context;
	if (!size || start + size < start || !len || len > 4096)
		die("a piece of code without end, or a name of %zu bytes", len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ')
			die("a name that is not in one line");
}

/* Returns how far it came: 0 no heaps, 1 heaps, 2 tables. */
static int
read_all(struct liar *l, const struct elf_file *f, uint64_t bias)
{
	struct memory m = {.read = lie, .context = l};
	struct hotspot_range ranges[HOTSPOT_HEAPS_MAX];
	struct err err = {0};
	struct hotspot *h = hotspot_open(&m, f, bias, &err);
	int far = h ? 1 : 0;
	size_t n = h ? hotspot_ranges(h, ranges) : 0;

	if (!h && !err.text[0])
		die("no heaps, and no reason");
	if (h)
		hotspot_on_code(h, check_name, NULL);
	for (int again = 0; again < 3; again++)
		for (size_t i = 0; i < n; i++) {
			struct unwind_table t = {0};

			bool good = hotspot_look(h, i, again == 1) >= 0;

			if (hotspot_table(h, i, &t))
				continue;
			if (unwind_check(&t))
				die("a table is not sound: %s", unwind_check(&t));
			for (uint64_t at = 0; at < ranges[i].end - ranges[i].start; at += 4093)
				unwind_find(&t, at);
			unwind_free(&t);
			if (good)
				far = 2;
		}
	if (h)
		hotspot_close(h);
	memory_forget(&m);
	return far;
}

int
main(int argc, char **argv)
{
	struct liar liar = {.pid = argc > 2 ? atoi(argv[1]) : 0};
	uint64_t bias = 0, rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	struct elf_file *f = open_libjvm(liar.pid, &bias);
	unsigned far[3] = {0};
	struct rusage use;

	if (!f)
		die("process %d has no libjvm.so", (int)liar.pid);
	for (uint64_t i = 0; i < rounds; i++) {
		liar.rarely = i % 3 ? 1U << random_below(12) : 0;
		liar.left = i % 3 == 1 ? UINT32_MAX : (unsigned)random_below(4096);
		far[read_all(&liar, f, bias)]++;
	}
	elf_close(f);
	getrusage(RUSAGE_SELF, &use);
	if (use.ru_maxrss > MEMORY_MAX)
		die("it took %ld KiB", use.ru_maxrss);
	printf("none=%u heaps=%u tables=%u\n", far[0], far[1], far[2]);
	return 0;
}
