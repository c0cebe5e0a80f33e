/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as users name them, and the places where they fire: "kprobe:vfs_*" becomes a probe for each function.
 *
 *	spec		is
 *	cycles:u, cpu/event=0x3c/, r1a8, L1-dcache-load-misses, mem:0x1234:w	what perf-list(1) knows
 *	kprobe:FUNC[+OFF], kretprobe:FUNC, fentry:FUNC, fexit:FUNC		a function of the kernel; FUNC may be a glob
 *	tracepoint:SYS:NAME or SYS:NAME, raw_tp:NAME				a tracepoint; globs
 *	uprobe:[FILE:]FUNC[+OFF], uretprobe:[FILE:]FUNC				a function of a file
 *	usdt:[FILE:][PROVIDER:]NAME						a marker in a file, <sys/sdt.h>
 */
#ifndef SAMPLER_PROBE_H
#define SAMPLER_PROBE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "bpf/event.h"
#include "sampler/sampler.h"

enum probe_kind {
	PROBE_PERF,
	PROBE_KPROBE,
	PROBE_KRETPROBE,
	PROBE_FENTRY,
	PROBE_FEXIT,
	PROBE_TRACEPOINT,
	PROBE_RAW_TP,
	PROBE_UPROBE,
	PROBE_URETPROBE,
	PROBE_USDT,
	PROBE_SYSCALL, /* a tracepoint of a system call whose number is known: id; with SYSCALLS_MAX added for its exit */
	PROBE_WAIT, /* --off-cpu */
	N_PROBE_KINDS,
};

/* One place where an event fires. Neighbours with the same name are one event. Texts are owned. */
struct probe {
	enum probe_kind kind;
	uint32_t event;	   /* number of its event; events_open() sets it */
	bool is_match;	   /* one of several events that a pattern matches; the same */
	char *name;	   /* the event's: "cpu-clock", "kprobe:vfs_read+0x10", "syscalls:sys_enter_write", "uprobe:libc.so.6:malloc" */
	char *symbol;	   /* the kernel's function without offset; the tracepoint's NAME; the file's symbol; "PROVIDER:NAME" of USDT */
	char *system;	   /* tracepoint: SYS */
	char *path;	   /* uprobe, uretprobe, usdt: the file, as we can open it (perhaps through /proc/PID/root) */
	char *arguments;   /* usdt: as its note has them, "8@%rdi -4@-20(%rbp)" */
	uint64_t address;  /* kprobe, kretprobe: where the function begins, if others have its name, too; 0: the name will do */
	uint64_t offset;   /* kprobe: bytes behind the function's begin; of a file: where in the file the instruction is */
	uint64_t semaphore; /* usdt: where in the file; 0: none */
	uint64_t id;	   /* tracepoint: of tracefs */
	struct perf_event_attr attr; /* perf: type, config, config1, config2, bp_*, exclude_*; precise_ip */
	struct event_rule rule;
};

struct probes {
	struct probe *items; /* owned */
	size_t n, cap;
};

/* Adds a probe of which all else is 0 or NULL. */
struct probe *probes_add(struct probes *all, enum probe_kind kind);
void probes_free(struct probes *all);

/* What the search for places depends on. */
struct probe_scope {
	const uint32_t *pids; /* a file that is not found by its path alone is looked for in what these have mapped; and paths are theirs */
	size_t n_pids;
	const char *program; /* the command that will be run, or NULL: uprobes without a file are its */
	uint64_t max_probes; /* of one spec: more are an error that says how many there are */
	bool (*demangle)(const char *name, size_t len, struct buf *readable); /* or NULL */
};

/* Adds the probes of one spec, with their rules. -1 with the reason in *err, also when none matches: what is near is named. */
int probes_find(struct probes *all, const struct event_spec *spec, const struct probe_scope *scope, struct err *err);

/* Frees what is kept between calls of probes_find(): what was read of the kernel's symbols, types and tracepoints. */
void probes_forget(void);

/* ---- each kind's part; `text` is what stands behind the first colon, or all of it for perf's events ---- */

typedef int probes_finder(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err);

probes_finder find_perf_event;	     /* probe_perf.c */
probes_finder find_kernel_functions; /* probe_kernel.c */
probes_finder find_tracepoints;	     /* probe_trace.c; "SYS:NAME" */
probes_finder find_raw_tracepoints;  /* probe_trace.c */
probes_finder find_user_functions;   /* probe_user.c */
probes_finder find_markers;	     /* probe_usdt.c */

/* The rule for a --weight ("bytes", "bytes:arg1", "bytes:arg1*arg2", "bytes:ret", "bytes:len") and a --filter
 * ("arg1 > 4096 && ret != -1"); both may be NULL. The unit, "bytes", is for the caller to cut off. */
int probe_rule(struct probe *p, const char *weight, const char *filter, struct err *err); /* probe_rule.c */

#endif
