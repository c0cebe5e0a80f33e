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
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sampler/advice.h"
#include "sampler/kernel.h"

struct links {
	struct bpf_link **all; /* owned */
	size_t n, cap;
};

/* Of a kind of events that perf has besides the fixed ones. */
static uint32_t
pmu_type(const char *name)
{
	char path[128];
	unsigned type = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%u", &type) != 1)
			type = 0;
		fclose(f);
	}
	return type;
}

typedef struct bpf_link *attach_function(struct bpf_program *program, const struct probe *p);

/* perf_event_open(2) takes an address where the name is another function's, too; libbpf only names. */
static struct bpf_link *
attach_kprobe_at(struct bpf_program *program, const struct probe *p)
{
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = p->event);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = pmu_type("kprobe"),
		.config = p->kind == PROBE_KRETPROBE,
		.kprobe_addr = p->address + p->offset,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link = fd < 0 ? NULL : bpf_program__attach_perf_event_opts(program, fd, &opts);

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

/* Those that their name tells apart, or those that have to be told by address; the kernel takes either. */
struct many {
	const char **symbols;
	unsigned long *addresses;
	__u64 *cookies;
	size_t n;
};

static void
gather(struct many *m, const struct events *e, enum probe_kind kind, bool by_address)
{
	for (size_t i = 0; i < e->probes.n; i++) {
		const struct probe *p = &e->probes.items[i];

		if (p->kind != kind || p->offset || !p->address == by_address)
			continue;
		m->symbols[m->n] = p->symbol;
		m->addresses[m->n] = p->address;
		m->cookies[m->n++] = p->event;
	}
}

/* False: the kernel takes them only one by one, and will then say what is wrong with which. */
static bool
attach_many(struct links *l, const struct events *e, struct bpf_program *program, enum probe_kind kind, bool by_address)
{
	struct many m = {xcalloc(e->probes.n, sizeof(*m.symbols)), xcalloc(e->probes.n, sizeof(*m.addresses)),
			 xcalloc(e->probes.n, sizeof(*m.cookies)), 0};
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .retprobe = kind == PROBE_KRETPROBE);
	struct bpf_link *link;
	bool good = true;

	gather(&m, e, kind, by_address);
	opts.syms = by_address ? NULL : m.symbols;
	opts.addrs = by_address ? m.addresses : NULL;
	opts.cookies = m.cookies;
	opts.cnt = m.n;
	if (m.n) {
		link = bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);
		good = link && !add(l, link, "kprobes", NULL);
	}
	free(m.symbols);
	free(m.addresses);
	free(m.cookies);
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
	bool attached[N_PROBE_KINDS][2] = {{false}};
	size_t n[N_PROBE_KINDS] = {0};

	for (size_t i = 0; many && i < sizeof(multiple) / sizeof(multiple[0]); i++)
		for (int by_address = 0; by_address < 2; by_address++)
			attached[multiple[i]][by_address] = attach_many(l, e, many, multiple[i], by_address);
	for (size_t i = 0; i < e->probes.n; i++) {
		const struct probe *p = &e->probes.items[i];
		enum probe_kind slot = p->kind == PROBE_FEXIT ? PROBE_FENTRY : p->kind;

		if (p->kind == PROBE_PERF || (attached[p->kind][!!p->address] && !p->offset))
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
	    (events->wait == EVENT_NONE || (!add(l, kernel_attach_waking(kernel), "sched_waking", err) &&
					    !add(l, kernel_attach_renames(kernel), "sched_process_exec", err))))
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
