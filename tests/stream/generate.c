// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a large stream with names to stdout, the same for the same arguments: generate SAMPLES STACKS [timed]
 *
 * Stacks are 30 to 60 frames deep and share their outer frames; there are 6,000 functions, 64 tasks, 8 cpus, windows of
 * 100,000 samples. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "stream/writer.h"
#include "tests/random.h"

enum { FUNCTIONS = 6000, FRAMES = 20000, TASKS = 64, MODULES = 40, WINDOW = 100000 };

static void
define_code(struct writer *w)
{
	char text[128];

	for (int i = 0; i < MODULES; i++) {
		snprintf(text, sizeof(text), i ? "/usr/lib/x86_64-linux-gnu/libmodule%d.so.%d" : "[kernel]", i, i % 7);
		write_module(w, &(struct module_record){.kind = i == 0, .path = text_of(text, strlen(text))});
	}
	for (int i = 0; i < FRAMES; i++)
		write_frame(w, &(struct frame_record){.module = (uint64_t)i % MODULES, .offset = random_below(1 << 24)});
	for (int i = 0; i < FUNCTIONS; i++) {
		snprintf(text, sizeof(text), "module_%d::%s_%d(int%s)", i % MODULES, i % 3 ? "process_request" : "get", i,
			 i % 5 ? "" : ", char const*");
		write_function(w, &(struct function_record){.name = text_of(text, strlen(text))});
	}
	for (uint64_t i = 0; i < FRAMES; i++)
		for (uint64_t n = 1 + (i % 10 == 0); n--;)
			write_name(w, &(struct name_record){.frame = i, .function = (i + n * 100) % FUNCTIONS, .line = i % 999});
}

/* Each stack leaves the one before it 1 to 16 frames from its end. */
static void
define_stacks(struct writer *w, uint32_t *leaves, size_t n)
{
	uint32_t path[64] = {0}, next = 0;
	size_t depth = 0;

	for (size_t i = 0; i < n; i++) {
		size_t wanted = 30 + random_below(31), keep = wanted - 1 - random_below(16);

		if (depth > keep)
			depth = keep;
		for (; depth < wanted; depth++) {
			uint64_t back = depth ? next - path[depth - 1] : 0;

			path[depth] = write_stack(w, &(struct stack_record){back, random_below(FRAMES)});
			next = path[depth] + 1;
		}
		leaves[i] = path[depth - 1];
	}
}

int
main(int argc, char **argv)
{
	uint64_t samples = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, stacks = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	struct writer *w = writer_open(STDOUT_FILENO);
	uint32_t *leaves = xcalloc(stacks + 1, sizeof(*leaves));
	char comm[16];

	if (!samples || !stacks)
		return 2;
	write_segment(w, &(struct segment_record){.version = 1, .cpus = 8});
	write_event(w, &(struct event_record){.name = text_of("cycles", 6), .unit = text_of("samples", 7), .frequency = 999});
	define_code(w);
	define_stacks(w, leaves, stacks);
	for (uint64_t i = 0; i < TASKS; i++) {
		snprintf(comm, sizeof(comm), "worker-%llu", (unsigned long long)i % 7);
		write_task(w, &(struct task_record){.pid = 1000 + i % 7, .tid = 1000 + i, .comm = text_of(comm, strlen(comm))});
	}
	for (uint64_t i = 0; i < samples; i++) {
		uint64_t pick = random_below(stacks), cpu = random_below(8);

		if (i % WINDOW == 0) {
			writer_flush(w);
			write_window(w, &(struct window_record){.start = i * 1000, .end = (i + WINDOW) * 1000});
		}
		if (argc > 3)
			write_timed(w, &(struct timed_record){i * 1000 + cpu, pick % TASKS, cpu, leaves[pick]});
		else
			write_sample(w, &(struct sample_record){pick % TASKS, cpu, leaves[pick], 1 + cpu % 2});
	}
	free(leaves);
	return !writer_end(w);
}
