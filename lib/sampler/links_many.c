// SPDX-License-Identifier: GPL-2.0-or-later
/* Many probes by one link. */
#include "sampler/links_many.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "bpf/sample.h"
#include "sampler/kernel.h"
#include "sampler/release.h"

/* union bpf_attr of BPF_LINK_CREATE for places in a file; linux/bpf.h of 6.6. */
struct uprobe_multi {
	__u32 prog_fd, target_fd, attach_type, flags;
	__u64 path, offsets, semaphores, cookies; /* pointers */
	__u32 cnt, uprobe_flags, pid, unused;
};

enum { UPROBE_MULTI_RETURN = 1, RETURNS_ALONE = 16 };

static bool
is_kprobe(const struct probe *p)
{
	return p->kind == PROBE_KPROBE || p->kind == PROBE_KRETPROBE;
}

static bool
is_uprobe(const struct probe *p)
{
	return p->kind == PROBE_UPROBE || p->kind == PROBE_URETPROBE || p->kind == PROBE_USDT;
}

static bool
returns(const struct probe *p)
{
	return p->kind == PROBE_KRETPROBE || p->kind == PROBE_URETPROBE;
}

static size_t
count(const struct events *e, bool (*is)(const struct probe *p))
{
	size_t n = 0;

	for (size_t i = 0; i < e->probes.n; i++)
		n += is(&e->probes.items[i]);
	return n;
}

bool
many_kprobes(const struct events *e)
{
	return count(e, is_kprobe) > 1 && is_release(5, 18);
}

bool
many_uprobes(const struct events *e)
{
	return count(e, is_uprobe) > 1 && is_release(6, 6);
}

/* What goes into one link. Of kernel functions, those that their name tells apart, or those that have to be told by
 * address: the kernel takes either. */
static bool
is_alike(const struct probe *a, const struct probe *b)
{
	if (is_kprobe(a))
		return a->kind == b->kind && !a->offset && !b->offset && !a->address == !b->address;
	return is_uprobe(b) && returns(a) == returns(b) && !strcmp(a->path, b->path);
}

struct batch {
	const struct probe *first;
	const char **symbols;
	unsigned long *addresses;
	__u64 *offsets, *semaphores, *cookies;
	size_t *members; /* numbers of the probes */
	size_t n;
};

static void
batch_gather(struct batch *b, const struct events *e, size_t first, const bool *done)
{
	b->first = &e->probes.items[first];
	b->n = 0;
	for (size_t i = first; i < e->probes.n; i++) {
		const struct probe *p = &e->probes.items[i];

		if (done[i] || !is_alike(b->first, p))
			continue;
		b->symbols[b->n] = p->symbol;
		b->addresses[b->n] = p->address;
		b->offsets[b->n] = p->offset;
		b->semaphores[b->n] = p->semaphore;
		b->cookies[b->n] = p->event;
		b->members[b->n++] = i;
	}
}

static int
link_kprobes(struct bpf_program *program, const struct batch *b, size_t from, size_t n)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		.kprobe_multi.flags = returns(b->first) ? BPF_F_KPROBE_MULTI_RETURN : 0,
		.kprobe_multi.cnt = (__u32)n,
		.kprobe_multi.syms = b->first->address ? NULL : b->symbols + from,
		.kprobe_multi.addrs = b->first->address ? b->addresses + from : NULL,
		.kprobe_multi.cookies = b->cookies + from);

	return bpf_link_create(bpf_program__fd(program), 0, BPF_TRACE_KPROBE_MULTI, &opts);
}

static int
link_uprobes(struct bpf_program *program, const struct batch *b, size_t from, size_t n)
{
	struct uprobe_multi attr = {
		.prog_fd = (__u32)bpf_program__fd(program),
		.attach_type = TRACE_UPROBE_MULTI,
		.path = (__u64)(uintptr_t)b->first->path,
		.offsets = (__u64)(uintptr_t)(b->offsets + from),
		.semaphores = (__u64)(uintptr_t)(b->semaphores + from),
		.cookies = (__u64)(uintptr_t)(b->cookies + from),
		.cnt = (__u32)n,
		.uprobe_flags = returns(b->first) ? UPROBE_MULTI_RETURN : 0,
	};

	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* The kernel's places for where functions return to are a link's: all of them may be taken by threads that sleep in one of the
 * functions, and then the others' returns are lost. Few links can have their own. */
static bool
is_crowd(const struct batch *b)
{
	return !is_kprobe(b->first) || !returns(b->first) || b->n > RETURNS_ALONE;
}

struct attaching {
	struct bpf_program *program;
	const struct batch *batch;
	bool *done;
	struct many_link *links;
	size_t *n_links;
};

/* One place that the kernel does not take spoils its link: the others are found by halves. */
static void
attach_some(const struct attaching *a, size_t from, size_t n)
{
	const struct batch *b = a->batch;
	int fd;

	if (n < 2)
		return;
	fd = is_kprobe(b->first) ? link_kprobes(a->program, b, from, n) : link_uprobes(a->program, b, from, n);
	if (fd >= 0) {
		a->links[(*a->n_links)++] = (struct many_link){fd, (uint32_t)b->cookies[from]};
		for (size_t i = from; i < from + n; i++)
			a->done[b->members[i]] = true;
	} else if (errno != EOPNOTSUPP && errno != EPERM) {
		attach_some(a, from, n / 2);
		attach_some(a, from + n / 2, n - n / 2);
	}
}

static void
batch_free(struct batch *b)
{
	free(b->symbols);
	free(b->addresses);
	free(b->offsets);
	free(b->semaphores);
	free(b->cookies);
	free(b->members);
}

void
attach_many(const struct events *e, struct kernel *k, bool *done, struct many_link *links, size_t *n_links)
{
	size_t n = e->probes.n;
	bool *tried = xcalloc(n, sizeof(*tried));
	struct batch b = {
		.symbols = xcalloc(n, sizeof(*b.symbols)),
		.addresses = xcalloc(n, sizeof(*b.addresses)),
		.offsets = xcalloc(n, sizeof(*b.offsets)),
		.semaphores = xcalloc(n, sizeof(*b.semaphores)),
		.cookies = xcalloc(n, sizeof(*b.cookies)),
		.members = xcalloc(n, sizeof(*b.members)),
	};

	for (size_t i = 0; i < n; i++) {
		const struct probe *p = &e->probes.items[i];
		struct attaching a = {is_kprobe(p) ? kernel_many_kprobes(k) : kernel_many_uprobes(k), &b, done, links, n_links};

		if (!a.program || tried[i] || !((is_kprobe(p) && !p->offset) || is_uprobe(p)))
			continue;
		batch_gather(&b, e, i, tried);
		for (size_t j = 0; j < b.n; j++)
			tried[b.members[j]] = true;
		if (is_crowd(&b))
			attach_some(&a, 0, b.n);
	}
	batch_free(&b);
	free(tried);
}
