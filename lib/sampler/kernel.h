/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel side of the sampler: the loaded program, its maps, and the perf events it is attached to. */
#ifndef SAMPLER_KERNEL_H
#define SAMPLER_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/sample.h"
#include "sampler/events.h"
#include "sampler/sampler.h"

struct bpf_link;
struct bpf_program;
struct kernel;
struct unwinding;

/* Called for each message in the ring buffers; the message is the kernel's until the call returns. */
typedef void kernel_message(void *context, const struct sample_message *m);

struct kernel_setup {
	const struct sampler_config *config;
	const struct events *events;
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

/* As program_of() says. Programs are the kernel's, links the caller's; a link that cannot be had is NULL with errno. */
struct bpf_program *kernel_program(const struct kernel *k, enum probe_kind kind, size_t nth);
/* What waits take besides sched_switch; by number, with the tracepoint's name. NULL: there are no more. */
struct bpf_program *kernel_wait_program(const struct kernel *k, size_t nth, const char **tracepoint);
struct bpf_program *kernel_many_kprobes(const struct kernel *k); /* NULL: they are attached one by one */
struct bpf_program *kernel_many_uprobes(const struct kernel *k);
struct bpf_program *kernel_syscalls(const struct kernel *k, bool exits); /* NULL: none is asked for */

/* Adds a thread to those sampled, where config asks for some only (events_are_filtered()). 1: it is new; 0; -1. */
int kernel_add_target(struct kernel *k, uint32_t tid, struct err *err);
uint64_t kernel_targets_missed(const struct kernel *k); /* tasks that there was no room for */

/* From when to when what fires counts, CLOCK_MONOTONIC ns, however late we come to stop it; no deadline: 0. */
void kernel_begin(struct kernel *k, uint64_t time, uint64_t deadline);
void kernel_last(struct kernel *k, uint64_t time); /* what fires later is too late */
void kernel_end(struct kernel *k); /* what fires from now on does not */

void kernel_collect(struct kernel *k); /* empties the ring buffers into message() */
int kernel_fd(const struct kernel *k); /* readable when a message should not wait for the next kernel_collect() */

uint32_t kernel_window(const struct kernel *k); /* number of the current window */

/* Ends the current window, whose number goes to *ended: on return no program works on its side any more. */
int kernel_flip(struct kernel *k, uint32_t *ended, struct err *err);

/* Takes the counts out of a window's map that has been flipped away from. -1 with the reason in *err. */
typedef void kernel_count(void *context, const struct sample_key *key, const struct sample_count *count);
int kernel_counts(struct kernel *k, uint32_t window, kernel_count *count, void *context, struct err *err);

/* Reads (per cpu, into per_cpu[kernel_cpus()]) and resets an event's counters of the window. -1 with the
 * reason in *err. */
int kernel_stats(struct kernel *k, uint32_t window, uint32_t event, struct sample_stats *per_cpu, struct err *err);

/* How often, since the last call, the kernel did not start a program for a probe, as one was running on that cpu. */
uint64_t kernel_missed(struct kernel *k);

/* link_missed(), read out of the kernel's memory. */
uint64_t kernel_link_missed(struct kernel *k, int fd, bool *is_return);

/* Enters the threads that there are, so that also what never leaves or gets a cpu is told of: for --wall. */
int kernel_meet(struct kernel *k, struct err *err);

/* Before kernel_end(): ends and begins the waits whose end or begin the kernel has not told of. */
int kernel_settle(struct kernel *k, struct err *err);
uint64_t kernel_unseen_switches(const struct kernel *k); /* how many there were until now */

/* From when this returns on, stacks are sent again when a wait refers to them. */
int kernel_new_round(struct kernel *k, struct err *err);
int kernel_forget_stacks(struct kernel *k, struct err *err); /* those of earlier rounds take no room any more */
void kernel_waits(struct kernel *k, void (*each)(void *context, const struct wait *w), void *context);
unsigned kernel_cpus(const struct kernel *k); /* possible cpus */

#endif
