// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a stream as a recording of a busy machine makes it, window by window in its own time:
 *
 *	windows NODES SAMPLES SECONDS [SPEED [NEW]]
 *
 * A tree of NODES frames with names of their own, all of them sampled in the first window; SAMPLES samples each second of
 * recorded time, SECONDS windows of 1 s, SPEED times as fast as they were recorded (0: at once). Each window brings NEW new
 * tasks with a new stack each. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "stream/writer.h"
#include "tests/random.h"

enum { SECOND = 1000000000, TASKS = 40, CPUS = 2, DEPTH = 40 };

static struct writer *w;
static uint64_t tasks, frames;

static uint32_t
define_frame(void)
{
	char name[64];
	uint32_t frame = write_frame(w, &(struct frame_record){.module = 0, .offset = 16 * frames}), function;

	snprintf(name, sizeof(name), "library::part_%llu::function_%llu", (unsigned long long)frames % 97, (unsigned long long)frames);
	function = write_function(w, &(struct function_record){.name = text_of(name, strlen(name))});
	write_name(w, &(struct name_record){.frame = frame, .function = function});
	frames++;
	return frame;
}

static void
define_task(void)
{
	char comm[32];

	snprintf(comm, sizeof(comm), "worker-%llu", (unsigned long long)tasks % 11);
	write_task(w, &(struct task_record){.pid = 1000 + tasks / 4, .tid = 1000 + tasks, .start = tasks, .comm = text_of(comm, strlen(comm))});
	tasks++;
}

/* Each node hangs below one of the nodes before it, DEPTH deep at the most. */
static void
define_tree(uint64_t nodes)
{
	unsigned char *depths = xcalloc(nodes, 1);

	write_module(w, &(struct module_record){.path = text_of("/usr/bin/load", 13)});
	for (uint64_t i = 0; i < nodes; i++) {
		uint64_t parent = i ? i - 1 - random_below(i < 50 ? i : 50) : 0;

		while (i && depths[parent] >= DEPTH)
			parent = random_below(parent);
		depths[i] = i ? (unsigned char)(depths[parent] + 1) : 0;
		write_stack(w, &(struct stack_record){i ? i - parent : 0, define_frame()});
	}
	free(depths);
	for (int i = 0; i < TASKS; i++)
		define_task();
}

static void
write_samples(uint64_t nodes, uint64_t samples, bool each)
{
	for (uint64_t i = 0; i < samples; i++) {
		uint64_t stack = each ? i : random_below(nodes);

		write_sample(w, &(struct sample_record){stack % TASKS, random_below(CPUS), stack, 1});
	}
}

static void
write_new(uint64_t nodes, uint64_t window, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t stack = nodes + window * n + i, parent = random_below(nodes);

		define_task();
		write_stack(w, &(struct stack_record){stack - parent, define_frame()});
		write_sample(w, &(struct sample_record){tasks - 1, random_below(CPUS), stack, 1});
	}
}

static void
wait_until(uint64_t when)
{
	struct timespec t = {.tv_sec = (time_t)(when / SECOND), .tv_nsec = (long)(when % SECOND)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int
main(int argc, char **argv)
{
	uint64_t n[5] = {0, 0, 0, 1, 0}, start = monotonic_ns();

	for (int i = 1; i < argc && i <= 5; i++)
		n[i - 1] = strtoull(argv[i], NULL, 10);
	if (!n[0] || !n[2])
		return 2;
	w = writer_open(STDOUT_FILENO);
	write_segment(w, &(struct segment_record){.version = 1, .cpus = CPUS, .monotonic = start, .realtime = clock_ns(CLOCK_REALTIME),
						  .host = text_of("test", 4), .command = text_of("windows", 7)});
	write_event(w, &(struct event_record){.name = text_of("cpu-clock", 9), .unit = text_of("samples", 7), .frequency = 99});
	define_tree(n[0]);
	for (uint64_t i = 0; i < n[2]; i++) {
		if (n[3])
			wait_until(start + (i + 1) * SECOND / n[3]);
		write_window(w, &(struct window_record){.start = i * SECOND, .end = (i + 1) * SECOND});
		write_samples(n[0], i ? n[1] : n[0], !i);
		write_new(n[0], i, n[4]);
		if (!writer_flush(w))
			return 0;
	}
	for (uint64_t class = 0; class < 2; class++)
		write_tally(w, &(struct tally_record){.class = class, .count = n[0] + (n[2] - 1) * n[1] + n[2] * n[4]});
	return !writer_end(w);
}
