/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel side of the sampler: the loaded program, its maps, and the perf events it is attached to. */
#ifndef SAMPLER_KERNEL_H
#define SAMPLER_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/sample.h"
#include "sampler/sampler.h"

struct kernel;
struct unwinding;

/* Called for each message in the ring buffers; the message is the kernel's until the call returns. */
typedef void kernel_message(void *context, const struct sample_message *m);

struct kernel_setup {
	const struct sampler_config *config;
	const char *event;
	const uint32_t *cpus;
	size_t n_cpus;
	struct unwinding *unwinding; /* NULL: stacks are not walked by tables */
	size_t n_processes;	     /* that run now */
	kernel_message *message;
	void *context; /* of message() */
};

/* Loads the program and makes its maps. NULL with the reason in *err. */
struct kernel *kernel_load(const struct kernel_setup *setup, struct err *err);
void kernel_close(struct kernel *k);
int kernel_program(const struct kernel *k); /* its file descriptor */

/* Adds a thread to those sampled, where config asks for some only (kernel_filters()). 1: it is new; 0; -1. */
int kernel_add_target(struct kernel *k, uint32_t tid, struct err *err);
uint64_t kernel_targets_missed(const struct kernel *k); /* tasks that there was no room for */

/* Whether the program itself tells targets from other tasks. It does for clocks, where an event that a child inherits
 * would never fire in a short life; other events are attached to tasks. */
bool kernel_filters(const struct sampler_config *config, const char *event);

/* Samples from that time on, CLOCK_MONOTONIC ns, are left out, however late we come to stop the events. */
void kernel_set_deadline(struct kernel *k, uint64_t time);

void kernel_collect(struct kernel *k); /* empties the ring buffers into message() */
int kernel_fd(const struct kernel *k); /* readable when a message should not wait for the next kernel_collect() */

uint32_t kernel_window(const struct kernel *k); /* number of the current window */

/* Ends the current window, whose number goes to *ended: on return no program works on its side any more. */
int kernel_flip(struct kernel *k, uint32_t *ended, struct err *err);

/* Takes the counts out of a window's map that has been flipped away from. */
typedef void kernel_count(void *context, const struct sample_key *key, uint64_t count);
int kernel_counts(struct kernel *k, uint32_t window, kernel_count *count, void *context, struct err *err);

/* Adds up (per cpu, in per_cpu[kernel_cpus()]) and resets the window's counters. */
int kernel_stats(struct kernel *k, uint32_t window, struct sample_stats *per_cpu, struct err *err);
unsigned kernel_cpus(const struct kernel *k); /* possible cpus */

/* The most frames of one part of a stack that the kernel and the program give (kernel.perf_event_max_stack). */
unsigned kernel_depth(void);

#endif
