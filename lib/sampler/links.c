// SPDX-License-Identifier: GPL-2.0-or-later
/* Attaches the sampling programs to probes. Each link tells its program the number of the event, as its cookie; raw
 * tracepoints and functions by fentry have a program each. */
#include "sampler/links.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sampler/advice.h"
#include "sampler/event.h"
#include "sampler/kernel.h"
#include "sampler/link_missed.h"
#include "sampler/links_many.h"
#include "sampler/pmu.h"
#include "sampler/thread.h"

enum { CLOSERS_MAX = 32, CLOSES = 4 }; /* threads, each for at least so many links */

struct attached {
	struct bpf_link *link; /* owned; NULL: fd is one for many */
	int fd;
	uint32_t event;
	uint64_t missed; /* by the kernel, so far */
};

struct links {
	struct kernel *kernel;
	bool tell_missed;
	struct attached *all;
	size_t n, cap;
	size_t n_closed;
	uint64_t refused; /* matches of patterns that could not be attached */
	struct err why;	  /* the first of them */
};

typedef struct bpf_link *attach_function(struct bpf_program *program, const struct probe *p);

/* perf_event_open(2) takes an address where the name is another function's, too; libbpf only names. */
static struct bpf_link *
attach_kprobe_at(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = p->event);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config = p->kind == PROBE_KRETPROBE,
		.kprobe_addr = p->address + p->offset,
	};
	struct bpf_link *link;
	int fd;

	if (pmu_type(EVENT_SYSFS, "kprobe", &attr.type)) {
		errno = ENODEV;
		return NULL;
	}
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	link = fd < 0 ? NULL : bpf_program__attach_perf_event_opts(program, fd, &opts);
	if (fd >= 0 && !link)
		close(fd);
	return link;
}

static struct bpf_link *
attach_kprobe(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = p->event, .offset = p->offset, .retprobe = p->kind == PROBE_KRETPROBE);

	return p->address ? attach_kprobe_at(program, p) : bpf_program__attach_kprobe_opts(program, p->symbol, &opts);
}

static struct bpf_link *
attach_uprobe(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = p->event, .ref_ctr_offset = p->semaphore,
		    .retprobe = p->kind == PROBE_URETPROBE);

	return bpf_program__attach_uprobe_opts(program, -1, p->path, p->offset, &opts);
}

static struct bpf_link *
attach_tracepoint(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_tracepoint_opts, opts, .bpf_cookie = p->event);

	return bpf_program__attach_tracepoint_opts(program, p->system, p->symbol, &opts);
}

static struct bpf_link *
attach_raw_tracepoint(struct bpf_program *program, const struct probe *p)
{
	return bpf_program__attach_raw_tracepoint(program, p->symbol);
}

static struct bpf_link *
attach_trace(struct bpf_program *program, const struct probe *p)
{
	(void)p;
	return bpf_program__attach_trace(program);
}

static struct bpf_link *
attach_switches(struct bpf_program *program, const struct probe *p)
{
	(void)p;
	return bpf_program__attach_raw_tracepoint(program, "sched_switch");
}

static attach_function *const functions[N_PROBE_KINDS] = {
	[PROBE_KPROBE] = attach_kprobe,	      [PROBE_KRETPROBE] = attach_kprobe, [PROBE_UPROBE] = attach_uprobe,
	[PROBE_URETPROBE] = attach_uprobe,    [PROBE_USDT] = attach_uprobe,	 [PROBE_TRACEPOINT] = attach_tracepoint,
	[PROBE_RAW_TP] = attach_raw_tracepoint, [PROBE_FENTRY] = attach_trace,	 [PROBE_FEXIT] = attach_trace,
	[PROBE_WAIT] = attach_switches,
};

static int
add(struct links *l, struct bpf_link *link, uint32_t event, const char *name, struct err *err)
{
	int error = errno;

	if (!link)
		return advise_probe(err, name, error);
	GROW(l->all, l->n, l->cap);
	l->all[l->n++] = (struct attached){link, bpf_link__fd(link), event, 0};
	return 0;
}

/* ---- all of them ---- */

/* One of the matches of a pattern may be refused; that is said, and the others are sampled. */
static int
attach_one(struct links *l, struct kernel *k, const struct probe *p, size_t nth, struct err *err)
{
	if (!add(l, functions[p->kind](kernel_program(k, p->kind, nth), p), p->event, p->name, err))
		return 0;
	if (!p->is_match)
		return -1;
	if (!l->refused++)
		l->why = *err;
	return 0;
}

static void
attach_together(struct links *l, const struct events *e, struct kernel *k, bool *done)
{
	struct many_link *many = xcalloc(e->probes.n, sizeof(*many));
	size_t n = 0;

	attach_many(e, k, done, many, &n);
	for (size_t i = 0; i < n; i++) {
		GROW(l->all, l->n, l->cap);
		l->all[l->n++] = (struct attached){NULL, many[i].fd, many[i].event, 0};
	}
	free(many);
}

static int
attach_all(struct links *l, const struct events *e, struct kernel *k, struct err *err)
{
	bool *done = xcalloc(e->probes.n, sizeof(*done));
	size_t n[N_PROBE_KINDS] = {0}, attached = 0;
	int bad = 0;

	attach_together(l, e, k, done);
	for (size_t i = 0; i < e->probes.n && !bad; i++) {
		const struct probe *p = &e->probes.items[i];
		enum probe_kind slot = p->kind == PROBE_FEXIT ? PROBE_FENTRY : p->kind;

		if (p->kind != PROBE_PERF && p->kind != PROBE_SYSCALL && !done[i])
			bad = attach_one(l, k, p, n[slot]++, err);
		attached++;
	}
	free(done);
	if (!bad && l->refused && l->refused == attached) {
		*err = l->why;
		return -1;
	}
	return bad;
}

/* All system calls have two tracepoints. */
static int
attach_syscalls(struct links *l, struct kernel *k, struct err *err)
{
	static const char *const names[] = {"sys_enter", "sys_exit"};

	for (int is_exit = 0; is_exit < 2; is_exit++) {
		struct bpf_program *program = kernel_syscalls(k, is_exit);

		if (program && add(l, bpf_program__attach_raw_tracepoint(program, names[is_exit]), 0, names[is_exit], err))
			return -1;
	}
	return 0;
}

static int
attach_waits(struct links *l, uint32_t event, struct kernel *k, struct err *err)
{
	const char *name;
	struct bpf_program *program;

	for (size_t i = 0; (program = kernel_wait_program(k, i, &name)); i++)
		if (add(l, bpf_program__attach_raw_tracepoint(program, name), event, name, err))
			return -1;
	return 0;
}

struct links *
links_open(const struct events *events, struct kernel *kernel, struct err *err)
{
	struct links *l = xcalloc(1, sizeof(*l));

	l->kernel = kernel;
	l->tell_missed = links_tell_missed();
	if (!attach_all(l, events, kernel, err) && !attach_syscalls(l, kernel, err) &&
	    (events->wait == EVENT_NONE || !attach_waits(l, events->wait, kernel, err)))
		return l;
	links_close(l);
	return NULL;
}

uint64_t
links_refused(const struct links *l, struct err *why)
{
	*why = l->why;
	return l->refused;
}

void
links_missed(struct links *l, links_miss *miss, void *context)
{
	for (size_t i = 0; i < l->n; i++) {
		struct attached *a = &l->all[i];
		bool is_return = false;
		uint64_t missed = l->tell_missed ? link_missed(a->fd, &is_return) : kernel_link_missed(l->kernel, a->fd, &is_return);

		if (miss && missed > a->missed)
			miss(context, a->event, is_return, missed - a->missed);
		a->missed = missed;
	}
}

/* ---- the end ---- */

static void *
close_some(void *context)
{
	struct links *l = context;
	size_t i;

	while ((i = __atomic_fetch_add(&l->n_closed, 1, __ATOMIC_RELAXED)) < l->n) {
		struct attached *a = &l->all[i];

		if (a->link)
			bpf_link__destroy(a->link);
		else
			close(a->fd);
	}
	return NULL;
}

/* To detach a kprobe the kernel waits several times until no cpu can be in it any more. That it can do for many of them at a
 * time, if they are detached by many. */
void
links_close(struct links *l)
{
	pthread_t threads[CLOSERS_MAX];
	size_t n = 0;
	struct err err;

	if (!l)
		return;
	while (n < CLOSERS_MAX && n < l->n / CLOSES && !thread_start(&threads[n], close_some, l, &err))
		n++;
	close_some(l);
	while (n)
		pthread_join(threads[--n], NULL);
	free(l->all);
	free(l);
}
