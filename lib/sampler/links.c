// SPDX-License-Identifier: GPL-2.0-or-later
/* Attaches the sampling programs to probes. Each link tells its program the number of the event, as its cookie; raw
 * tracepoints and functions by fentry have a program each. */
#include "sampler/links.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "sampler/advice.h"
#include "sampler/kernel.h"

struct links {
	struct bpf_link **all; /* owned */
	size_t n, cap;
};

typedef struct bpf_link *attach_function(struct bpf_program *program, const struct probe *p);

static struct bpf_link *
attach_kprobe(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = p->event, .offset = p->offset, .retprobe = p->kind == PROBE_KRETPROBE);

	return bpf_program__attach_kprobe_opts(program, p->symbol, &opts);
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
add(struct links *l, struct bpf_link *link, const char *name, struct err *err)
{
	int error = errno;

	if (!link)
		return advise_probe(err, name, error);
	GROW(l->all, l->n, l->cap);
	l->all[l->n++] = link;
	return 0;
}

/* ---- many functions of the kernel by one link ---- */

static const enum probe_kind multiple[] = {PROBE_KPROBE, PROBE_KRETPROBE};

/* Where it turns out that the kernel cannot after all, they are attached one by one. */
static bool
has_many_kprobes(void)
{
	struct utsname u;
	int major, minor;

	return !uname(&u) && sscanf(u.release, "%d.%d", &major, &minor) == 2 && (major > 5 || (major == 5 && minor >= 18));
}

bool
links_are_many(const struct events *events)
{
	size_t n[N_PROBE_KINDS] = {0};

	for (size_t i = 0; i < events->probes.n; i++)
		n[events->probes.items[i].kind] += !events->probes.items[i].offset;
	return (n[PROBE_KPROBE] > 1 || n[PROBE_KRETPROBE] > 1) && has_many_kprobes();
}

/* False: the kernel takes them only one by one, and will then say what is wrong with which. */
static bool
attach_many(struct links *l, const struct events *e, struct bpf_program *program, enum probe_kind kind)
{
	const char **symbols = xcalloc(e->probes.n, sizeof(*symbols));
	__u64 *cookies = xcalloc(e->probes.n, sizeof(*cookies));
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = symbols, .cookies = cookies, .retprobe = kind == PROBE_KRETPROBE);
	struct bpf_link *link;
	bool good = true;

	for (size_t i = 0; i < e->probes.n; i++)
		if (e->probes.items[i].kind == kind && !e->probes.items[i].offset) {
			symbols[opts.cnt] = e->probes.items[i].symbol;
			cookies[opts.cnt++] = e->probes.items[i].event;
		}
	if (opts.cnt) {
		link = bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);
		good = link && !add(l, link, "kprobes", NULL);
	}
	free(symbols);
	free(cookies);
	return good;
}

/* ---- all of them ---- */

static int
attach_one(struct links *l, struct kernel *k, const struct probe *p, size_t nth, struct err *err)
{
	struct bpf_program *program = kernel_program(k, p->kind, nth);

	return add(l, functions[p->kind](program, p), p->name, err);
}

static int
attach_all(struct links *l, const struct events *e, struct kernel *k, struct err *err)
{
	struct bpf_program *many = kernel_many_kprobes(k);
	bool attached[N_PROBE_KINDS] = {false};
	size_t n[N_PROBE_KINDS] = {0};

	for (size_t i = 0; many && i < sizeof(multiple) / sizeof(multiple[0]); i++)
		attached[multiple[i]] = attach_many(l, e, many, multiple[i]);
	for (size_t i = 0; i < e->probes.n; i++) {
		const struct probe *p = &e->probes.items[i];
		enum probe_kind slot = p->kind == PROBE_FEXIT ? PROBE_FENTRY : p->kind;

		if (p->kind == PROBE_PERF || (attached[p->kind] && !p->offset))
			continue;
		if (attach_one(l, k, p, n[slot]++, err))
			return -1;
	}
	return 0;
}

struct links *
links_open(const struct events *events, struct kernel *kernel, struct err *err)
{
	struct links *l = xcalloc(1, sizeof(*l));

	if (!attach_all(l, events, kernel, err) &&
	    (events->wait == EVENT_NONE || !add(l, kernel_attach_waking(kernel), "sched_waking", err)))
		return l;
	links_close(l);
	return NULL;
}

void
links_close(struct links *l)
{
	for (size_t i = 0; l && i < l->n; i++)
		bpf_link__destroy(l->all[i]);
	if (l)
		free(l->all);
	free(l);
}
