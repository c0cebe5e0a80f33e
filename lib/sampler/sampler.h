/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Samples stacks with eBPF and tells its caller what it saw, through callbacks.
 *
 *	s = sampler_open(&config, &err);		// loads, attaches, snapshots; nothing runs yet
 *	sampler_start(s, &sink, &err);
 *	every tick:	sampler_collect(s);		// empties the kernel's buffers
 *	every window:	sampler_window(s, &err);	// hands the window's samples to the sink
 *	sampler_stop(s); sampler_window(s, &err); sampler_close(s);
 */
#ifndef SAMPLER_SAMPLER_H
#define SAMPLER_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/parse.h"

/* How the user part of a stack is walked. */
enum user_walk {
	WALK_AUTO,  /* by unwind tables, along the frame pointer where there is no row */
	WALK_FP,    /* along frame pointers, by the kernel */
	WALK_DWARF, /* by unwind tables alone */
	WALK_NONE,  /* only the innermost frame */
};

/* An event as it was asked for (sampler/probe.h has the grammar). */
struct event_spec {
	const char *text;
	const char *weight; /* the value of a sample: "bytes:arg1"; NULL: it counts 1 */
	const char *filter; /* which of its samples count: "arg1 > 4096"; NULL: all */
};

struct sampler_config {
	const char *event;
	const struct event_spec *events; /* none: cycles where there is a PMU, else cpu-clock */
	size_t n_events;
	uint64_t frequency; /* samples per second and cpu; 0: use period */
	uint64_t period;    /* events per sample */
	struct int_list cpus, pids, tids; /* empty: all; they compose */
	pid_t command;	    /* a child that waits to call exec, or 0 */
	const char *program; /* what it will give to execvp(3) */
	bool system_wide;   /* sample everything even though there is a command */
	bool no_inherit;    /* leave out children of pids, tids and command */
	bool idle;	    /* keep the idle task's samples */
	bool no_kernel, no_user;
	bool timestamps;    /* one sample_fact per sample, with its time */
	uint64_t duration;  /* ns from the start to the last sample; 0: no end */
	enum user_walk walk;
	uint64_t unwind_memory; /* bytes that unwind tables may take */
	uint64_t max_depth; /* frames of each of the two parts */
	uint64_t interval;  /* expected time between windows, ns: sizes the map */
	uint64_t map_entries; /* keys in the map of a window; 0: enough for every sample to differ */
	uint64_t ring_bytes;  /* ring buffer of each cpu; 0: chosen from the frequency */
};

/* Nothing in it chooses tasks: the whole system is sampled. */
bool config_is_whole(const struct sampler_config *config);

enum module_origin { ORIGIN_FILE, ORIGIN_VDSO, ORIGIN_ANON, ORIGIN_MARK };

/* Something mapped that holds code. All texts belong to the sampler. */
struct module_fact {
	enum module_origin origin;
	const char *path;
	const unsigned char *build_id;
	size_t build_id_len;
	uint32_t pid; /* anonymous memory: the process; else 0 */
};

#define PLACE_KERNEL UINT32_MAX /* as a place's module: offset is a kernel address */

struct place {
	uint32_t module; /* what sink->module returned, or PLACE_KERNEL */
	uint64_t offset; /* file offset; address for anonymous memory and the kernel */
};

struct task_fact {
	uint32_t pid, tid;
	uint64_t start; /* ns since boot */
	const char *comm;
};

struct sample_fact {
	uint64_t time; /* CLOCK_MONOTONIC ns; of the first one when count > 1 */
	uint32_t task, stack; /* what the sink returned */
	uint32_t cpu;
	uint64_t count;
};

/* Called from sampler_window() only. Ids that are returned are used in later calls, until sampler_forget(). */
struct sampler_sink {
	void *context;
	uint32_t (*module)(void *context, const struct module_fact *fact);
	uint32_t (*stack)(void *context, const struct place *places, size_t n); /* root first; n may be 0 */
	uint32_t (*task)(void *context, const struct task_fact *fact);
	void (*window)(void *context, uint64_t start, uint64_t end); /* precedes its samples */
	void (*sample)(void *context, const struct sample_fact *fact);
	void (*lost)(void *context, const char *cause, uint32_t cpu, uint64_t count);
};

/* The causes that sink->lost() is told. */
#define LOST_RING_FULL "ring full"
#define LOST_NO_RING   "cpu came later"
#define LOST_NO_STACK  "no stack"

enum { STACK_ENDS = 8 };

/* "user stacks: root reached" and so on. */
extern const char *const stack_ends[STACK_ENDS];

/* Since the start, up to the last window. fired = delivered + idle + other + late + the three losses. */
struct sampler_totals {
	uint64_t fired;
	uint64_t delivered; /* handed to the sink */
	uint64_t idle, other, late; /* filtered: the idle task; tasks not asked for; after the end */
	uint64_t ring_full, no_ring, no_stack; /* lost; the sink was told */
	uint64_t ends[STACK_ENDS]; /* of the samples delivered: why their user part has no further frame, as stack_ends says */
	uint64_t tables_dropped;    /* unwind tables that made room for others */
	uint64_t tables_refused;    /* for which there was no room */
	uint64_t tables_unreadable; /* of binaries that could not be opened */
	uint64_t machines_unreadable; /* processes of Java whose code heaps could not be found */
	struct err machines_why;      /* of the last one of these */
	uint64_t layouts_refused;   /* processes for whose mappings there was no room */
	uint64_t side_lost; /* records about mappings and processes that the kernel dropped */
	uint64_t refused;   /* processes whose mappings we were not allowed to read */
	uint64_t missed;    /* children that could not be followed: too many tasks at a time */
	unsigned new_cpus;  /* that came online while the whole system was sampled, and were not */
};

struct sampler;

/* NULL with the reason in *err. config's lists must outlive the sampler. */
struct sampler *sampler_open(const struct sampler_config *config, struct err *err);
int sampler_start(struct sampler *s, const struct sampler_sink *sink, struct err *err); /* with a command: before its exec */
bool sampler_collect(struct sampler *s); /* true: something is held back for a moment; it is to be called again in a ms */
int sampler_fd(const struct sampler *s); /* readable when sampler_collect() should be called before the next tick */
int sampler_window(struct sampler *s, struct err *err);
void sampler_stop(struct sampler *s);			 /* no sample is taken after it returns */
void sampler_close(struct sampler *s);

/* Forgets all ids that the sink returned: the caller begins a new segment. */
void sampler_forget(struct sampler *s);

const struct sampler_totals *sampler_totals(const struct sampler *s);
const char *sampler_event(const struct sampler *s); /* the event's name, "cpu-clock" */
unsigned sampler_cpus(const struct sampler *s);	    /* how many cpus are sampled */

/* When the last window ended, CLOCK_MONOTONIC ns; before the first one, when sampling started. */
uint64_t sampler_time(const struct sampler *s);

/* True when every process and thread named in config is gone. */
bool sampler_targets_gone(const struct sampler *s);

#endif
