/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Samples stacks with eBPF and tells its caller what it saw, through callbacks.
 *
 *	s = sampler_open(&config, &err);		// loads, attaches, snapshots; nothing runs yet
 *	sampler_start(s, &sink, &err);
 *	every tick:	sampler_collect(s);		// empties the kernel's buffers
 *	every window:	sampler_window(s, &err);	// hands the window's samples to the sink
 *	sampler_stop(s, &err); sampler_window(s, &err); sampler_close(s);
 */
#ifndef SAMPLER_SAMPLER_H
#define SAMPLER_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
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

/* What is watched besides events, or with them. */
enum watch {
	WATCH_EVENTS,  /* nothing else */
	WATCH_OFF_CPU, /* and how long threads wait */
	WATCH_WALL,    /* and all of their time: on cpus by samples, and waiting */
};

struct sampler_config {
	const struct event_spec *events; /* none, and no watch: cycles where there is a PMU, else cpu-clock */
	size_t n_events;
	enum watch watch;
	bool waker;	    /* waits are told apart by who ended them */
	uint64_t min_block, max_block; /* ns of the waits that count; max 0: any */
	uint64_t frequency; /* samples per second and cpu; 0: use period */
	uint64_t period;    /* events per sample */
	uint64_t max_rate;  /* samples per second of one event on one cpu, the others are filtered; 0: all */
	uint64_t max_probes; /* that one event may be */
	bool (*demangle)(const char *name, size_t len, struct buf *readable);
	struct int_list cpus, pids, tids; /* empty: all; they compose */
	struct int_list not_pids;
	const char *comms, *not_comms; /* patterns of thread names, "make,cc*"; NULL: any, none */
	const char *const *cgroups; /* directories, or their paths below where cgroups are mounted */
	size_t n_cgroups;
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
	bool keep_files;    /* module_fact has descriptors of files */
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
	const unsigned char *content; /* a content id (elf/content_id.h), of a file without a build-id; NULL: none is known */
	uint32_t pid; /* anonymous memory: the process; else 0 */
	struct place_of_code {
		uint32_t pid; /* a process that has it mapped; 0: not known */
		uint64_t start, end; /* where */
		uint64_t inode; /* of a file; 0: not known */
	} place;
	int fd;		      /* of a file, where the configuration asks for it; the sink's to close. -1: it cannot be reached */
	uint64_t exec;	      /* anonymous memory: another number after each exec of the process */
	uint32_t forked_from; /* anonymous memory: the process that this one has its memory from; 0: not known, or none */
};

/* A process has made memory executable that is none of a file; or it has mapped a file in which it tells perf(1) of code it
 * makes at run time, a jitdump. */
struct code_fact {
	uint32_t pid;
	const char *dump; /* path of the jitdump as the process has it; NULL: memory */
	uint64_t start, end; /* of the mapping */
	int map; /* descriptor of a perf map that the sampler writes; the sink's to close. -1: it is about a mapping */
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
	uint32_t event; /* its number, below sampler_events() */
	uint32_t task, stack; /* what the sink returned */
	uint32_t cpu;
	uint64_t count; /* 0: `value` belongs to samples that another fact has counted (a wait that ended in one for a cpu) */
	uint64_t value; /* their sum, in the event's unit; if that has values */
};

struct event_fact {
	const char *name; /* "cpu-clock", "kprobe:vfs_read", "syscalls:sys_enter_write" */
	const char *unit; /* "samples": they are counted and have no values; "bytes", "ns", … */
	uint64_t frequency, period; /* 0, 0: each time it fires */
	bool has_values;
};

/* Called from sampler_window() only, but for code(). Ids that are returned are used in later calls, until sampler_forget(). */
struct sampler_sink {
	void *context;
	uint32_t (*module)(void *context, const struct module_fact *fact);
	/* Root first; n may be 0. in_program: the innermost kernel frames are of the program that took it. */
	uint32_t (*stack)(void *context, const struct place *places, size_t n, bool in_program);
	uint32_t (*task)(void *context, const struct task_fact *fact);
	void (*window)(void *context, uint32_t event, uint64_t start, uint64_t end); /* precedes its samples and losses */
	void (*sample)(void *context, const struct sample_fact *fact);
	void (*lost)(void *context, const char *cause, uint32_t cpu, uint64_t count);
	void (*code)(void *context, const struct code_fact *fact); /* as soon as it is known, by any call; the process may be gone */
};

/* What may become of a sample, and the words for it that sink->lost() is told, too. */
enum fate_class { CLASS_FIRED, CLASS_DELIVERED, CLASS_FILTERED, CLASS_LOST };
enum { SAMPLE_FATES = 19 };
extern const struct fate_fact {
	enum fate_class class;
	const char *cause;
} sample_fates[SAMPLE_FATES];

enum { STACK_ENDS = 8 };

/* "user stacks: root reached" and so on. */
extern const char *const stack_ends[STACK_ENDS];

/* Since the start, up to the last window: fired = delivered + filtered + lost. */
struct sampler_totals {
	uint64_t fates[SAMPLE_FATES];
	uint64_t ends[STACK_ENDS]; /* of the samples delivered: why their user part has no further frame, as stack_ends says */
	uint64_t tables_dropped;    /* unwind tables that made room for others */
	uint64_t tables_refused;    /* for which there was no room */
	uint64_t tables_unreadable; /* of binaries that could not be opened */
	uint64_t machines_unreadable; /* processes of Java whose code heaps could not be found */
	struct err machines_why;      /* of the last one of these */
	uint64_t layouts_refused;   /* processes for whose mappings there was no room */
	uint64_t probes_refused; /* matches of patterns that could not be attached */
	struct err probes_why;	 /* the first of these */
	uint64_t side_lost; /* records about mappings and processes that the kernel dropped */
	uint64_t refused;   /* processes whose mappings we were not allowed to read */
	uint64_t missed;    /* children that could not be followed: too many tasks at a time */
	uint64_t unseen_switches; /* that the kernel did not tell of, so that waits were measured by how long their threads have run */
	unsigned new_cpus;  /* that came online while the whole system was sampled, and were not */
};

/* Adds up the fates of a class. */
uint64_t totals_of(const struct sampler_totals *t, enum fate_class class);

struct sampler;

/* NULL with the reason in *err. config's lists must outlive the sampler. */
struct sampler *sampler_open(const struct sampler_config *config, struct err *err);
int sampler_start(struct sampler *s, const struct sampler_sink *sink, struct err *err); /* with a command: before its exec */
bool sampler_collect(struct sampler *s); /* true: something is held back for a moment; it is to be called again in a ms */
int sampler_fd(const struct sampler *s); /* readable when sampler_collect() should be called before the next tick */
int sampler_window(struct sampler *s, struct err *err);

/* No sample is taken after it returns. -1: waits whose end or begin was not told of are not as they should be, and *err says why; all
 * else is. */
int sampler_stop(struct sampler *s, struct err *err);
void sampler_close(struct sampler *s);

/* Forgets all ids that the sink returned: the caller begins a new segment. */
void sampler_forget(struct sampler *s);

/* The memory of a process has other code than before: what the sink has called its stacks does not hold for those to come. */
void sampler_renew(struct sampler *s, uint32_t pid);

const struct sampler_totals *sampler_totals(const struct sampler *s);
size_t sampler_events(const struct sampler *s);
const struct event_fact *sampler_event(const struct sampler *s, size_t event);
unsigned sampler_cpus(const struct sampler *s);	    /* how many cpus are sampled */

/* When the last window ended, CLOCK_MONOTONIC ns; before the first one, when sampling started. */
uint64_t sampler_time(const struct sampler *s);

/* True when every process and thread named in config is gone. */
bool sampler_targets_gone(const struct sampler *s);

#endif
