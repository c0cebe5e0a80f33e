// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel side of the sampler: the loaded program and its maps. */
#include "sampler/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sample.skel.h"
#include "sampler/advice.h"
#include "sampler/maps.h"
#include "sampler/unwinding.h"

enum {
	MESSAGE_TYPICAL = 512, /* bytes of a message with 50 frames and its ring header */
	MAP_MIN = 1 << 10, MAP_MAX = 1 << 20, /* keys */
	RING_MIN = 512 << 10, RING_MAX = 64 << 20, /* bytes of each */
	RINGS_MAX = 256 << 20, /* bytes of all, unless --ring-size says otherwise */
	BATCH = 1024,
	TARGETS_MAX = 1 << 16, /* tasks that are sampled at a time */
	PIDNS_FIRST = (int)0xeffffffc, /* inode of the first pid namespace (PROC_PID_INIT_INO) */
};

struct kernel {
	struct sample_bpf *skel;
	int counts[2];
	int *rings;
	size_t n_rings;
	unsigned cpus;
	struct ring_buffer *reader;
	kernel_message *message;
	void *context;
	struct sample_stats *zero; /* per possible cpu */
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

/* Samples a second and cpu; with a period nobody knows, so a high rate is assumed. */
static double
rate(const struct sampler_config *c)
{
	return c->frequency ? (double)c->frequency : 10000;
}

/* Enough keys that each sample of a window may have its own, and half as much again for windows that end late. */
static uint32_t
map_entries(const struct sampler_config *c, size_t n_cpus)
{
	if (c->map_entries)
		return (uint32_t)c->map_entries;
	return (uint32_t)clamp(1.5 * rate(c) * (double)n_cpus * (double)c->interval / 1e9, MAP_MIN, MAP_MAX);
}

/* Room for a second of samples that all have new stacks; it is emptied ten times a second. */
static size_t
ring_bytes(const struct sampler_config *c, size_t n_cpus)
{
	size_t most = clamp((double)RINGS_MAX / (double)n_cpus, RING_MIN, RING_MAX);

	return power_of_two(c->ring_bytes ? c->ring_bytes : clamp(rate(c) * MESSAGE_TYPICAL, RING_MIN, most));
}

static int
make_counts(struct kernel *k, const struct sampler_config *c, size_t n_cpus, struct err *err)
{
	for (int side = 0; side < 2; side++) {
		k->counts[side] = bpf_map_create(BPF_MAP_TYPE_HASH, side ? "pb_counts_1" : "pb_counts_0",
						 sizeof(struct sample_key), sizeof(uint64_t), map_entries(c, n_cpus),
						 NULL);
		if (k->counts[side] < 0)
			return advise_bpf(err, "making the map of counts", errno);
	}
	return bpf_map__set_inner_map_fd(k->skel->maps.counts, k->counts[0]) ? advise_bpf(err, "placing a map of counts", errno)
									      : 0;
}

static int
make_rings(struct kernel *k, const struct sampler_config *c, size_t n_cpus, struct err *err)
{
	k->rings = xcalloc(n_cpus, sizeof(*k->rings));
	for (; k->n_rings < n_cpus; k->n_rings++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "pb_ring", 0, 0, (uint32_t)ring_bytes(c, n_cpus), NULL);

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

	if (size >= SAMPLE_MESSAGE_HEAD && (size_t)m->n_user + m->n_kernel <= (size - SAMPLE_MESSAGE_HEAD) / 8)
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

/* False in the first pid namespace. */
static bool
in_container(struct stat *st)
{
	return !stat("/proc/self/ns/pid", st) && (int)st->st_ino != PIDNS_FIRST;
}

/* In a container the program has to be told whose pids we mean. */
static void
configure_pidns(struct sample_bpf *skel)
{
	struct stat st;

	if (!in_container(&st))
		return;
	skel->rodata->pidns_device = st.st_dev;
	skel->rodata->pidns_inode = st.st_ino;
}

bool
kernel_filters(const struct sampler_config *c, const char *event)
{
	struct stat st;
	bool is_clock = !strncmp(event, "cpu-clock", 9) || (!strncmp(event, "cycles", 6) && c->frequency);

	return is_clock && !config_is_whole(c) && !in_container(&st);
}

static void
configure_targets(struct sample_bpf *skel, const struct sampler_config *c, const char *event)
{
	bool filters = kernel_filters(c, event);

	skel->rodata->only_targets = filters;
	skel->rodata->with_children = !c->no_inherit;
	skel->rodata->command = (uint32_t)c->command;
	bpf_map__set_max_entries(skel->maps.targets, filters ? TARGETS_MAX : 1);
}

/* The tracepoints tell tasks by their numbers in the first pid namespace. */
static void
configure_tasks(struct sample_bpf *skel)
{
	struct stat st;
	bool follows = (skel->rodata->only_targets || skel->rodata->with_tables) && !in_container(&st);

	bpf_program__set_autoload(skel->progs.on_fork, follows);
	bpf_program__set_autoload(skel->progs.on_exec, follows);
	bpf_program__set_autoload(skel->progs.on_free, follows);
}

static int
follow_tasks(struct sample_bpf *skel, struct err *err)
{
	if (!bpf_program__autoload(skel->progs.on_fork))
		return 0;
	skel->links.on_fork = bpf_program__attach_raw_tracepoint(skel->progs.on_fork, "sched_process_fork");
	skel->links.on_exec = bpf_program__attach_raw_tracepoint(skel->progs.on_exec, "sched_process_exec");
	skel->links.on_free = bpf_program__attach_raw_tracepoint(skel->progs.on_free, "sched_process_free");
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

unsigned
kernel_depth(void)
{
	static const char path[] = "/proc/sys/kernel/perf_event_max_stack";
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long most = n > 0 ? strtol(text, NULL, 10) : KERNEL_DEPTH;

	if (fd >= 0)
		close(fd);
	return most > 0 && most < KERNEL_DEPTH ? (unsigned)most : KERNEL_DEPTH;
}

static void
configure_walk(struct sample_bpf *skel, const struct sampler_config *c, bool by_tables)
{
	skel->rodata->with_tables = by_tables;
	skel->rodata->with_frame_pointers = c->walk == WALK_AUTO;
	skel->rodata->only_leaf = c->walk == WALK_NONE;
	skel->rodata->user_depth = (uint32_t)c->max_depth;
	/* One more than wanted tells whether there are more. */
	skel->rodata->kernel_depth = c->max_depth < kernel_depth() ? (uint32_t)c->max_depth + 1 : kernel_depth();
}

static void
configure(struct sample_bpf *skel, const struct kernel_setup *setup)
{
	const struct sampler_config *c = setup->config;

	configure_pidns(skel);
	configure_walk(skel, c, setup->unwinding);
	skel->rodata->with_kernel = !c->no_kernel;
	skel->rodata->with_user = !c->no_user;
	skel->rodata->with_idle = c->idle;
	skel->rodata->one_by_one = c->timestamps;
}

static int
make_maps(struct kernel *k, const struct kernel_setup *s, struct err *err)
{
	if (make_counts(k, s->config, s->n_cpus, err) || make_rings(k, s->config, s->n_cpus, err))
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
	configure(k->skel, s);
	configure_targets(k->skel, s->config, s->event);
	configure_tasks(k->skel);
	if (make_maps(k, s, err))
		return -1;
	error = sample_bpf__load(k->skel);
	if (error)
		return advise_bpf(err, libbpf_said[0] ? libbpf_said : "loading the BPF program", -error);
	if (s->unwinding && unwinding_bind(s->unwinding, k->skel, err))
		return -1;
	return place_maps(k, s->cpus, err) || follow_tasks(k->skel, err) ? -1 : 0;
}

struct kernel *
kernel_load(const struct kernel_setup *setup, struct err *err)
{
	struct kernel *k = xcalloc(1, sizeof(*k));
	int possible = libbpf_num_possible_cpus();

	libbpf_set_print(remember);
	k->message = setup->message;
	k->context = setup->context;
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

int
kernel_program(const struct kernel *k)
{
	return bpf_program__fd(k->skel->progs.sample);
}

unsigned
kernel_cpus(const struct kernel *k)
{
	return k->cpus;
}

void
kernel_set_deadline(struct kernel *k, uint64_t time)
{
	k->skel->bss->deadline = time;
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
kernel_flip(struct kernel *k, uint32_t *ended, struct err *err)
{
	uint32_t side = k->skel->bss->window & 1;

	*ended = k->skel->bss->window;
	__atomic_store_n(&k->skel->bss->window, *ended + 1, __ATOMIC_SEQ_CST);
	if (bpf_map_update_elem(bpf_map__fd(k->skel->maps.counts), &side, &k->counts[side], BPF_ANY))
		return err_set(err, "ending a window:");
	return 0;
}

int
kernel_counts(struct kernel *k, uint32_t window, kernel_count *count, void *context, struct err *err)
{
	static struct sample_key keys[BATCH];
	static uint64_t values[BATCH];
	uint32_t position, n;
	bool first = true;
	int error;

	do {
		n = BATCH;
		error = bpf_map_lookup_and_delete_batch(k->counts[window & 1], first ? NULL : &position, &position, keys,
							values, &n, NULL);
		if (error && errno != ENOENT)
			return err_set(err, "reading the counts:");
		for (uint32_t i = 0; i < n; i++)
			if (values[i])
				count(context, &keys[i], values[i]);
		first = false;
	} while (!error);
	return 0;
}

int
kernel_stats(struct kernel *k, uint32_t window, struct sample_stats *per_cpu, struct err *err)
{
	int fd = bpf_map__fd(k->skel->maps.stats);
	uint32_t side = window & 1;

	if (bpf_map_lookup_elem(fd, &side, per_cpu) || bpf_map_update_elem(fd, &side, k->zero, BPF_ANY))
		return err_set(err, "reading the counters:");
	return 0;
}
