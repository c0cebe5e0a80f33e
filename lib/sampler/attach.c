// SPDX-License-Identifier: GPL-2.0-or-later
/* What fires the sampling programs: perf's events, opened here, and probes (links.h). */
#include "sampler/attach.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sampler/advice.h"
#include "sampler/kernel.h"
#include "sampler/proc.h"
#include "sampler/sideband.h"

enum { PASSES_MAX = 100 }; /* over the threads of a process that never stops cloning */

struct thread {
	uint32_t tid;
	uint64_t since; /* CLOCK_MONOTONIC ns: threads that it clones later inherit its events */
};

struct opened {
	int fd;
	bool is_left; /* it is not enabled by us: the command's exec does it, or nobody */
};

struct attach {
	struct sideband *sideband;
	struct perf_event_attr attr;
	const struct sampler_config *config;
	const struct events *events;
	const struct int_list *cpus;
	const struct probe *probe; /* whose events are being opened; NULL: the targets are told to the programs */
	int program;		   /* its */
	struct kernel *kernel;
	struct thread *threads; /* that have their events: named, or of a named process */
	size_t n_threads, threads_cap;
	int *pidfds; /* of the named processes */
	size_t n_pidfds;
	struct opened *all;
	size_t n, cap;
	struct links *links;
};

/* Opens one event and attaches the program. 1 when the task is gone. */
static int
open_event(struct attach *a, pid_t tid, int cpu, struct err *err)
{
	int fd = (int)syscall(SYS_perf_event_open, &a->attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno == ESRCH && tid > 0 ? 1 : advise_perf(err, a->probe->name, a->config->frequency);
	GROW(a->all, a->n, a->cap);
	a->all[a->n++] = (struct opened){fd, a->attr.enable_on_exec};
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, a->program))
		return err_set(err, "%s: attaching the BPF program:", a->probe->name);
	return 0;
}

/* Where a task and one that it has cloned have the same events, the kernel may let them exchange these instead of changing them at
 * a switch. When the other one ends, the first one's are gone, and what it clones later inherits none: so one of 25 recordings of
 * a busy cloner on Linux 6.18 had a single thread. An event that is not inherited keeps them apart. */
static void
keep_apart(struct attach *a, pid_t tid)
{
	struct perf_event_attr none = {.size = sizeof(none), .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_DUMMY,
				       .disabled = 1, .exclude_kernel = 1, .exclude_hv = 1};
	int fd = a->attr.inherit ? (int)syscall(SYS_perf_event_open, &none, tid, -1, -1, PERF_FLAG_FD_CLOEXEC) : -1;

	if (fd < 0)
		return;
	GROW(a->all, a->n, a->cap);
	a->all[a->n++] = (struct opened){fd, true};
}

/* A task's event counts on whatever cpu it runs, unless cpus were chosen: then it needs one on each. */
static int
open_task(struct attach *a, pid_t tid, struct err *err)
{
	int r = 0;

	keep_apart(a, tid);
	if (!a->config->cpus.n)
		return open_event(a, tid, -1, err);
	for (size_t i = 0; i < a->cpus->n && !r; i++)
		r = open_event(a, tid, (int)a->cpus->items[i], err);
	return r;
}

static const struct thread *
find_thread(const struct attach *a, uint32_t tid)
{
	for (size_t i = 0; i < a->n_threads; i++)
		if (a->threads[i].tid == tid)
			return &a->threads[i];
	return NULL;
}

static void
note_thread(struct attach *a, uint32_t tid, uint64_t since)
{
	GROW(a->threads, a->n_threads, a->threads_cap);
	a->threads[a->n_threads++] = (struct thread){.tid = tid, .since = since};
}

/* 1: sampled from now on; 0: it is gone; -1. */
static int
add_thread(struct attach *a, uint32_t tid, struct err *err)
{
	int r = a->probe ? open_task(a, (pid_t)tid, err) : kernel_add_target(a->kernel, tid, err);

	if (!a->probe && r >= 0) {
		note_thread(a, tid, 0);
		return r;
	}
	if (r)
		return r < 0 ? -1 : 0;
	note_thread(a, tid, monotonic_ns());
	return 1;
}

/* Whether the thread was cloned by one that had its events by then, and so has inherited them. */
static bool
has_inherited(struct attach *a, uint32_t tid)
{
	const struct thread *parent;
	uint32_t parent_tid;
	uint64_t time;

	if (!a->probe || !a->attr.inherit || !sideband_forked(a->sideband, tid, &parent_tid, &time))
		return false;
	parent = find_thread(a, parent_tid);
	if (!parent && has_inherited(a, parent_tid)) /* it came and went between two passes */
		parent = find_thread(a, parent_tid);
	if (!parent || time < parent->since)
		return false;
	note_thread(a, tid, time);
	return true;
}

/* One pass over the threads of a process. The number that was opened, or -1. */
static int
add_threads(struct attach *a, uint32_t pid, struct err *err)
{
	struct int_list tids = {0};
	int found = 0, r = 0;

	proc_threads(pid, &tids);
	sideband_collect(a->sideband);
	for (size_t i = 0; i < tids.n && r >= 0; i++) {
		if (find_thread(a, tids.items[i]) || has_inherited(a, tids.items[i]))
			continue;
		r = add_thread(a, tids.items[i], err);
		found += r > 0;
	}
	free(tids.items);
	return r < 0 ? -1 : found;
}

/* Threads that are cloned while we look are met in a further pass, unless they have inherited their events. */
static int
open_process(struct attach *a, uint32_t pid, struct err *err)
{
	size_t before = a->n_threads;
	int found = 1;

	for (int pass = 0; pass < PASSES_MAX && found > 0; pass++)
		found = add_threads(a, pid, err);
	if (found < 0)
		return -1;
	return a->n_threads > before ? 0 : err_set(err, "process %u: has no thread left to sample", pid);
}

/* A thread that was named has gone, or is a zombie first thread. */
static bool
thread_gone(uint32_t tid)
{
	char path[32], stat[128], *state;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ESRCH;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (n <= 0)
		return true;
	stat[n] = 0;
	state = strrchr(stat, ')'); /* the name before may hold anything */
	return state && state[1] && strchr("ZXx", state[2]);
}

static bool
is_named(const struct sampler_config *c)
{
	return !c->system_wide && (c->pids.n || c->tids.n);
}

static int
open_pidfds(struct attach *a, struct err *err)
{
	const struct sampler_config *c = a->config;

	a->pidfds = xcalloc(c->pids.n, sizeof(*a->pidfds));
	for (size_t i = 0; i < c->pids.n && is_named(c); i++) {
		int fd = (int)syscall(SYS_pidfd_open, (pid_t)c->pids.items[i], 0);

		if (fd < 0 && errno == EINVAL)
			return err_set(err, "process %u: it is a thread; -t takes threads", c->pids.items[i]);
		if (fd < 0)
			return err_set(err, "process %u:", c->pids.items[i]);
		a->pidfds[a->n_pidfds++] = fd;
	}
	return 0;
}

/* Each named process and thread: its events are opened, or the programs are told of it. */
static int
open_named(struct attach *a, struct err *err)
{
	const struct sampler_config *c = a->config;

	a->n_threads = 0;
	for (size_t i = 0; i < c->pids.n; i++)
		if (open_process(a, c->pids.items[i], err))
			return -1;
	for (size_t i = 0; i < c->tids.n; i++) {
		int r = find_thread(a, c->tids.items[i]) ? 1 : add_thread(a, c->tids.items[i], err);

		if (r < 0)
			return -1;
		if (a->probe ? !r : thread_gone(c->tids.items[i]))
			return err_set(err, "thread %u: no such thread", c->tids.items[i]);
	}
	return 0;
}

/* Without inheritance of children a thread's new threads are still its process's, where the kernel can tell them
 * apart (5.13). */
static void
set_inherit(struct attach *a)
{
	struct perf_event_attr probe = {.size = sizeof(probe), .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_DUMMY,
					.inherit = 1, .inherit_thread = 1, .disabled = 1};
	int fd;

	a->attr.inherit = 1;
	if (!a->config->no_inherit)
		return;
	fd = (int)syscall(SYS_perf_event_open, &probe, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	a->attr.inherit = a->attr.inherit_thread = fd >= 0;
	if (fd >= 0)
		close(fd);
}

static int
open_cpus(struct attach *a, struct err *err)
{
	for (size_t i = 0; i < a->cpus->n; i++)
		if (open_event(a, -1, (int)a->cpus->items[i], err))
			return -1;
	return 0;
}

static int
open_tasks(struct attach *a, struct err *err)
{
	const struct sampler_config *c = a->config;
	int r;

	set_inherit(a);
	if (is_named(c) && open_named(a, err))
		return -1;
	if (!c->command)
		return 0;
	a->attr.enable_on_exec = 1;
	r = open_task(a, c->command, err);
	return r > 0 ? err_set(err, "the command is gone before it started") : r;
}

/* One of perf's events: on the cpus, or on the tasks that are to be sampled. */
static int
open_probe(struct attach *a, const struct probe *p, size_t nth, struct err *err)
{
	const struct sampler_config *c = a->config;

	a->probe = p;
	a->program = bpf_program__fd(kernel_program(a->kernel, PROBE_PERF, nth));
	a->attr = p->attr;
	a->attr.size = sizeof(a->attr);
	a->attr.disabled = 1;
	a->attr.freq = c->frequency > 0;
	a->attr.sample_freq = c->frequency ? c->frequency : c->period;
	return probe_is_clock(p, c) || config_is_whole(c) ? open_cpus(a, err) : open_tasks(a, err);
}

static int
open_all(struct attach *a, struct err *err)
{
	size_t nth = 0;

	if (events_are_filtered(a->events, a->config) && is_named(a->config) && open_named(a, err))
		return -1;
	for (size_t i = 0; i < a->events->probes.n; i++)
		if (a->events->probes.items[i].kind == PROBE_PERF && open_probe(a, &a->events->probes.items[i], nth++, err))
			return -1;
	return 0;
}

/* One event per thread, times cpus when these are chosen: the soft limit of 1,024 files is soon met. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct attach *
attach_open(const struct sampler_config *config, const struct events *events, const struct int_list *cpus,
	    struct kernel *kernel, struct sideband *sideband, struct err *err)
{
	struct attach *a = xcalloc(1, sizeof(*a));

	raise_file_limit();
	a->config = config;
	a->sideband = sideband;
	a->events = events;
	a->cpus = cpus;
	a->kernel = kernel;
	if (!open_pidfds(a, err) && !open_all(a, err) && (a->links = links_open(events, kernel, err)))
		return a;
	attach_close(a);
	return NULL;
}

int
attach_enable(struct attach *a, struct err *err)
{
	for (size_t i = 0; i < a->n; i++)
		if (!a->all[i].is_left && ioctl(a->all[i].fd, PERF_EVENT_IOC_ENABLE, 0))
			return err_set(err, "enabling an event:");
	return 0;
}

void
attach_disable(struct attach *a)
{
	for (size_t i = 0; i < a->n; i++)
		ioctl(a->all[i].fd, PERF_EVENT_IOC_DISABLE, 0);
}

void
attach_close(struct attach *a)
{
	links_close(a->links);
	for (size_t i = 0; i < a->n; i++)
		close(a->all[i].fd);
	for (size_t i = 0; i < a->n_pidfds; i++)
		close(a->pidfds[i]);
	free(a->all);
	free(a->pidfds);
	free(a->threads);
	free(a);
}

uint64_t
attach_refused(const struct attach *a, struct err *why)
{
	return links_refused(a->links, why);
}

void
attach_missed(const struct attach *a, links_miss *miss, void *context)
{
	links_missed(a->links, miss, context);
}

bool
attach_targets_gone(const struct attach *a)
{
	const struct sampler_config *c = a->config;

	if (!a->n_threads)
		return false;
	for (size_t i = 0; i < a->n_pidfds; i++)
		if (!poll(&(struct pollfd){.fd = a->pidfds[i], .events = POLLIN}, 1, 0))
			return false;
	for (size_t i = 0; i < c->tids.n; i++)
		if (!thread_gone(c->tids.items[i]))
			return false;
	return true;
}
