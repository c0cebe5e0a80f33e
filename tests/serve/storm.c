// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes what a storm of processes leaves to stdout: storm WINDOWS SAMPLES SEGMENT [EVENTS]
 *
 * In each window of a second, SAMPLES samples: half in ten steady stacks of a steady task, half in stacks that never come
 * again, of functions and processes that hardly do. A segment has SEGMENT windows. With EVENTS the samples are spread over
 * so many: every second one has values of 1000 ns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/writer.h"
#include "tests/random.h"

enum { STEADY = 10, DEPTH = 20, CPUS = 4 };

static const uint64_t second = 1000000000;

static struct writer *w;
static uint64_t n_frames, n_stacks, n_tasks, serial, n_events;

static uint64_t
add_frame(const char *name, uint64_t number)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s_%llu", name, (unsigned long long)number);

	write_frame(w, &(struct frame_record){.offset = number});
	write_function(w, &(struct function_record){.name = text_of(text, (size_t)len)});
	write_name(w, &(struct name_record){.frame = n_frames, .function = n_frames});
	return n_frames++;
}

static uint64_t
add_stack(uint64_t parent, uint64_t frame)
{
	write_stack(w, &(struct stack_record){parent == UINT64_MAX ? 0 : n_stacks - parent, frame});
	return n_stacks++;
}

static uint64_t
add_task(const char *comm, uint64_t pid)
{
	write_task(w, &(struct task_record){.pid = pid, .tid = pid, .comm = text_of(comm, strlen(comm))});
	return n_tasks++;
}

static void
begin_segment(uint64_t window)
{
	n_frames = n_stacks = n_tasks = 0;
	write_segment(w, &(struct segment_record){
				 .version = 1, .cpus = CPUS, .host = text_of("storm", 5), .realtime = (1700000000 + window) * second});
	for (uint64_t i = 0; i < n_events; i++) {
		char name[32] = "cycles";

		if (i)
			snprintf(name, sizeof(name), "event_%llu", (unsigned long long)i);
		write_event(w, &(struct event_record){.name = text_of(name, strlen(name)), .frequency = 999,
						      .unit = i % 2 ? text_of("ns", 2) : text_of("samples", 7)});
	}
	write_module(w, &(struct module_record){.path = text_of("/bin/storm", 10)});
	add_task("steady", 1);
	for (uint64_t i = 0, root = add_stack(UINT64_MAX, add_frame("main", 0)); i < STEADY; i++)
		add_stack(root, add_frame("steady", i));
}

/* A stack of frames that are new but for a few. */
static uint64_t
new_stack(void)
{
	uint64_t stack = 0;

	for (int depth = 0; depth < DEPTH; depth++)
		stack = add_stack(stack, random_below(2) ? random_below(n_frames) : add_frame("once", serial++));
	return stack;
}

static void
put_sample(uint64_t event, uint64_t task, uint64_t cpu, uint64_t stack)
{
	if (event % 2)
		write_valued(w, &(struct valued_record){task, cpu, stack, 1, 1000});
	else
		write_sample(w, &(struct sample_record){task, cpu, stack, 1});
}

static void
put_window(uint64_t start, uint64_t samples)
{
	char comm[16];

	for (uint64_t i = 0; i < samples; i++) {
		uint64_t event = i * n_events / samples, cpu;

		if (!i || event > (i - 1) * n_events / samples) {
			writer_cut(w);
			write_window(w, &(struct window_record){event, start * second, (start + 1) * second});
		}
		if (i % 2) {
			put_sample(event, 0, i / 2 % CPUS, 1 + i / 2 % STEADY);
			continue;
		}
		snprintf(comm, sizeof(comm), "sh-%llu", (unsigned long long)random_below(1000));
		cpu = random_below(CPUS);
		put_sample(event, add_task(comm, 2 + serial % 4000000), cpu, new_stack());
	}
}

int
main(int argc, char **argv)
{
	uint64_t windows = argc > 3 ? strtoull(argv[1], NULL, 10) : 0, segment = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;

	n_events = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	w = writer_open(STDOUT_FILENO);
	for (uint64_t i = 0; i < windows; i++) {
		if (i % segment == 0)
			begin_segment(i);
		put_window(i % segment, strtoull(argv[2], NULL, 10));
		if (!((i + 1) % segment == 0 || i + 1 == windows ? writer_end(w) : writer_flush(w)))
			return 1;
	}
	return !windows;
}
