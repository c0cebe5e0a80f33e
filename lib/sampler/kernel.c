// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel side of the sampler: the loaded program and its maps. */
#include "sampler/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/text_file.h"
#include "sample.skel.h"
#include "sampler/advice.h"
#include "sampler/configure.h"
#include "sampler/kernel_parts.h"
#include "sampler/maps.h"
#include "sampler/unwinding.h"

enum {
	MESSAGE_TYPICAL = 512, /* bytes of a message with 50 frames and its ring header */
	MAP_MIN = 1 << 10, MAP_MAX = 1 << 20, /* keys */
	RING_MIN = 512 << 10, RING_MAX = 64 << 20, /* bytes of each */
	RINGS_MAX = 256 << 20, /* bytes of all, unless --ring-size says otherwise */
	RATE_GUESS = 10000, RATE_MAX = 100000,
};

static char libbpf_said[512]; /* its last warning, for messages */

static int
remember(enum libbpf_print_level level, const char *format, va_list ap)
{
	if (level == LIBBPF_WARN && !libbpf_said[0])
		vsnprintf(libbpf_said, sizeof(libbpf_said), format, ap);
	libbpf_said[strcspn(libbpf_said, "\n")] = 0;
	return 0;
}

static size_t
power_of_two(size_t at_least)
{
	size_t n = (size_t)sysconf(_SC_PAGESIZE);

	while (n < at_least)
		n *= 2;
	return n;
}

static size_t
clamp(double v, size_t low, size_t high)
{
	return v < (double)low ? low : v > (double)high ? high : (size_t)v;
}

/* Samples a second and cpu; of what has neither frequency nor --max-rate nobody knows, so a high rate is assumed. */
static double
rate(const struct kernel_setup *s)
{
	double unknown = s->config->max_rate && s->config->max_rate < RATE_GUESS ? (double)s->config->max_rate : RATE_GUESS, all = 0;

	for (size_t i = 0; i < s->events->n; i++)
		all += s->events->all[i].frequency ? (double)s->events->all[i].frequency : unknown;
	return all < RATE_MAX ? all : RATE_MAX;
}

/* Enough keys that each sample of a window may have its own, and half as much again for windows that end late. */
static uint32_t
map_entries(const struct kernel_setup *s)
{
	const struct sampler_config *c = s->config;

	if (c->map_entries)
		return (uint32_t)c->map_entries;
	return (uint32_t)clamp(1.5 * rate(s) * (double)s->n_cpus * (double)c->interval / 1e9, MAP_MIN, MAP_MAX);
}

/* Room for a second of samples that all have new stacks; it is emptied ten times a second. */
static size_t
ring_bytes(const struct kernel_setup *s)
{
	size_t most = clamp((double)RINGS_MAX / (double)s->n_cpus, RING_MIN, RING_MAX);

	return power_of_two(s->config->ring_bytes ? s->config->ring_bytes : clamp(rate(s) * MESSAGE_TYPICAL, RING_MIN, most));
}

static int
make_counts(struct kernel *k, const struct kernel_setup *s, struct err *err)
{
	for (int side = 0; side < 2; side++) {
		k->counts[side] = bpf_map_create(BPF_MAP_TYPE_HASH, side ? "pb_counts_1" : "pb_counts_0",
						 sizeof(struct sample_key), sizeof(struct sample_count), map_entries(s),
						 NULL);
		if (k->counts[side] < 0)
			return advise_bpf(err, "making the map of counts", errno);
	}
	return bpf_map__set_inner_map_fd(k->skel->maps.counts, k->counts[0]) ? advise_bpf(err, "placing a map of counts", errno)
									      : 0;
}

static int
make_rings(struct kernel *k, const struct kernel_setup *s, struct err *err)
{
	k->rings = xcalloc(s->n_cpus, sizeof(*k->rings));
	for (; k->n_rings < s->n_cpus; k->n_rings++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "pb_ring", 0, 0, (uint32_t)ring_bytes(s), NULL);

		if (fd < 0)
			return advise_bpf(err, "making a ring buffer", errno);
		k->rings[k->n_rings] = fd;
	}
	if (bpf_map__set_max_entries(k->skel->maps.rings, k->cpus) ||
	    bpf_map__set_inner_map_fd(k->skel->maps.rings, k->rings[0]))
		return advise_bpf(err, "making the table of ring buffers", errno);
	return 0;
}

static int
received(void *context, void *data, size_t size)
{
	struct kernel *k = context;
	const struct sample_message *m = data;

	if (size >= SAMPLE_MESSAGE_HEAD && m->key.event < k->n_events && m->end < N_STACK_ENDS && (size_t)m->n_user + m->n_kernel <= (size - SAMPLE_MESSAGE_HEAD) / 8)
		k->message(k->context, m);
	return 0;
}

static int
map_rings(struct kernel *k)
{
	k->reader = ring_buffer__new(k->rings[0], received, k, NULL);
	for (size_t i = 1; k->reader && i < k->n_rings; i++)
		if (ring_buffer__add(k->reader, k->rings[i], received, k))
			return -1;
	return k->reader ? 0 : -1;
}

/* The inner maps can be placed only once the outer ones exist. */
static int
place_maps(struct kernel *k, const uint32_t *cpus, struct err *err)
{
	static const uint32_t sides[] = {0, 1};

	if (maps_place(bpf_map__fd(k->skel->maps.counts), sides, k->counts, 2))
		return advise_bpf(err, "placing the maps of counts", errno);
	if (maps_place(bpf_map__fd(k->skel->maps.rings), cpus, k->rings, (uint32_t)k->n_rings))
		return advise_bpf(err, "placing the ring buffers", errno);
	return map_rings(k) ? advise_bpf(err, "mapping a ring buffer", errno) : 0;
}

/* When a task is given back its number in a namespace is gone already; there its end has to do. */
static int
follow_tasks(struct sample_bpf *skel, struct err *err)
{
	const char *end = skel->bss->pidns_level ? "sched_process_exit" : "sched_process_free";

	if (!bpf_program__autoload(skel->progs.on_fork))
		return 0;
	skel->links.on_fork = bpf_program__attach_raw_tracepoint(skel->progs.on_fork, "sched_process_fork");
	skel->links.on_exec = bpf_program__attach_raw_tracepoint(skel->progs.on_exec, "sched_process_exec");
	skel->links.on_free = bpf_program__attach_raw_tracepoint(skel->progs.on_free, end);
	if (skel->links.on_fork && skel->links.on_exec && skel->links.on_free)
		return 0;
	return advise_bpf(err, "following forks and execs", errno);
}

int
kernel_add_target(struct kernel *k, uint32_t tid, struct err *err)
{
	uint8_t one = 1;

	if (!bpf_map_update_elem(bpf_map__fd(k->skel->maps.targets), &tid, &one, BPF_NOEXIST))
		return 1;
	return errno == EEXIST ? 0 : err_set(err, "thread %u: adding it to those sampled:", tid);
}

uint64_t
kernel_targets_missed(const struct kernel *k)
{
	return __atomic_load_n(&k->skel->bss->targets_full, __ATOMIC_RELAXED);
}

static int
make_maps(struct kernel *k, const struct kernel_setup *s, struct err *err)
{
	if (make_counts(k, s, err) || make_rings(k, s, err))
		return -1;
	if (s->unwinding)
		return unwinding_configure(s->unwinding, k->skel, s->n_processes, err);
	return bpf_map__set_autocreate(k->skel->maps.slabs, false) ? advise_bpf(err, "leaving out a map", errno) : 0;
}

static int
load(struct kernel *k, const struct kernel_setup *s, struct err *err)
{
	int error;

	k->skel = sample_bpf__open();
	if (!k->skel)
		return advise_bpf(err, "opening the BPF object", errno);
	if (configure(k->skel, s, err) || make_maps(k, s, err))
		return -1;
	error = sample_bpf__load(k->skel);
	if (error)
		return configure_refused(s, libbpf_said, -error, err);
	if (s->unwinding && unwinding_bind(s->unwinding, k->skel, err))
		return -1;
	return place_maps(k, s->cpus, err) || configure_loaded(k->skel, s, err) || follow_tasks(k->skel, err) ? -1 : 0;
}

struct kernel *
kernel_load(const struct kernel_setup *setup, struct err *err)
{
	struct kernel *k = xcalloc(1, sizeof(*k));
	int possible = libbpf_num_possible_cpus();

	libbpf_set_print(remember);
	k->message = setup->message;
	k->context = setup->context;
	k->n_events = (uint32_t)setup->events->n;
	k->counts[0] = k->counts[1] = -1;
	k->cpus = possible > 0 ? (unsigned)possible : 1;
	k->zero = xcalloc(k->cpus, sizeof(*k->zero));
	if (!load(k, setup, err))
		return k;
	kernel_close(k);
	return NULL;
}

void
kernel_close(struct kernel *k)
{
	ring_buffer__free(k->reader);
	for (size_t i = 0; i < k->n_rings; i++)
		close(k->rings[i]);
	for (int side = 0; side < 2; side++)
		if (k->counts[side] >= 0)
			close(k->counts[side]);
	sample_bpf__destroy(k->skel);
	free(k->rings);
	free(k->zero);
	free(k);
}

struct bpf_program *
kernel_program(const struct kernel *k, enum probe_kind kind, size_t nth)
{
	return program_of(k->skel, kind, nth);
}

static struct bpf_program *
if_loaded(struct bpf_program *p)
{
	return bpf_program__autoload(p) ? p : NULL;
}

struct bpf_program *
kernel_many_kprobes(const struct kernel *k)
{
	return if_loaded(k->skel->progs.on_kprobes);
}

struct bpf_program *
kernel_syscalls(const struct kernel *k, bool exits)
{
	return if_loaded(exits ? k->skel->progs.on_sys_exit : k->skel->progs.on_sys_enter);
}

struct bpf_program *
kernel_many_uprobes(const struct kernel *k)
{
	return if_loaded(k->skel->progs.on_uprobes);
}

unsigned
kernel_cpus(const struct kernel *k)
{
	return k->cpus;
}

void
kernel_begin(struct kernel *k, uint64_t time, uint64_t deadline)
{
	k->skel->bss->recording_since = time;
	k->skel->bss->deadline = deadline;
	__atomic_store_n(&k->skel->bss->recording, 1, __ATOMIC_SEQ_CST);
}

void
kernel_last(struct kernel *k, uint64_t time)
{
	k->skel->bss->deadline = time;
}

void
kernel_end(struct kernel *k)
{
	__atomic_store_n(&k->skel->bss->recording, 0, __ATOMIC_SEQ_CST);
}

void
kernel_collect(struct kernel *k)
{
	ring_buffer__consume(k->reader);
}

int
kernel_fd(const struct kernel *k)
{
	return ring_buffer__epoll_fd(k->reader);
}

uint32_t
kernel_window(const struct kernel *k)
{
	return k->skel->bss->window;
}

/* Setting an element of a map of maps returns only when no program that could have seen the old one runs any
 * more (maybe_wait_bpf_programs() in the kernel): set it to what it was, for the wait. */
int
kernel_wait_for_programs(struct kernel *k)
{
	static const uint32_t side = 0;

	return bpf_map_update_elem(bpf_map__fd(k->skel->maps.counts), &side, &k->counts[side], BPF_ANY);
}

int
kernel_flip(struct kernel *k, uint32_t *ended, struct err *err)
{
	*ended = k->skel->bss->window;
	__atomic_store_n(&k->skel->bss->window, *ended + 1, __ATOMIC_SEQ_CST);
	return kernel_wait_for_programs(k) ? err_set(err, "ending a window:") : 0;
}

int
kernel_counts(struct kernel *k, uint32_t window, kernel_count *count, void *context, struct err *err)
{
	static struct sample_key keys[KERNEL_BATCH];
	static struct sample_count values[KERNEL_BATCH];
	uint32_t position, n;
	bool first = true;
	int error;

	do {
		n = KERNEL_BATCH;
		error = bpf_map_lookup_and_delete_batch(k->counts[window & 1], first ? NULL : &position, &position, keys,
							values, &n, NULL);
		if (error && errno != ENOENT)
			return err_set(err, "reading the counts:");
		for (uint32_t i = 0; i < n; i++)
			if (values[i].count && keys[i].event < k->n_events)
				count(context, &keys[i], &values[i]);
		first = false;
	} while (!error);
	return 0;
}

int
kernel_stats(struct kernel *k, uint32_t window, uint32_t event, struct sample_stats *per_cpu, struct err *err)
{
	int fd = bpf_map__fd(k->skel->maps.stats);
	uint32_t at = k->n_events * (window & 1) + event;

	if (bpf_map_lookup_elem(fd, &at, per_cpu) || bpf_map_update_elem(fd, &at, k->zero, BPF_ANY))
		return err_set(err, "reading the counters:");
	return 0;
}

uint64_t
kernel_missed(struct kernel *k)
{
	struct bpf_program *p;
	uint64_t all = 0, before = k->missed;

	bpf_object__for_each_program(p, k->skel->obj) {
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		/* The others only follow tasks. */
		if (bpf_program__fd(p) >= 0 && program_is_for_probes(k->skel, p) &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &size))
			all += info.recursion_misses;
	}
	k->missed = all;
	return all - before;
}

uint64_t
kernel_link_missed(struct kernel *k, int fd, bool *is_return)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	if (bpf_program__fd(k->skel->progs.read_missed) < 0)
		return 0;
	k->skel->bss->asked_link = (uint32_t)fd;
	if (bpf_prog_test_run_opts(bpf_program__fd(k->skel->progs.read_missed), &run))
		return 0;
	*is_return = k->skel->bss->link_returns;
	return k->skel->bss->link_missed;
}
