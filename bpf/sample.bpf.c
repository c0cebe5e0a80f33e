// SPDX-License-Identifier: GPL-2.0-or-later
/* The sampling program: takes the stacks of the task that is running and counts them.
 *
 * The first sample of a key in a window goes through the cpu's ring buffer, stack and all; the further ones
 * only add to the count in the window's map. So a stack crosses to user space once a window, and a map that
 * is full costs no sample: all of them then go through the ring. Maps and counters exist twice and windows take
 * turns; user space reads one side while the program fills the other. */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "message.h"
#include "stack.h"
#include "tasks.h"

const volatile bool with_idle = false;
const volatile __u64 pidns_device = 0, pidns_inode = 0; /* ours, unless it is the first one */
const volatile bool one_by_one = false; /* every sample through the ring, for its time */

volatile __u64 deadline = 0; /* CLOCK_MONOTONIC ns: samples from then on are too late; 0: none */

/* Inner maps are made and set by lib/sampler. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct sample_stats);
} stats SEC(".maps");

/* As /proc and the side-band have them: in our pid namespace, and 0 for tasks that are not in it. */
static __always_inline void
fill_ids(struct sample_key *key, __u64 id)
{
	struct bpf_pidns_info ns = {};

	if (!pidns_inode) {
		ns.tgid = id >> 32;
		ns.pid = id;
	} else if (bpf_get_ns_current_pid_tgid(pidns_device, pidns_inode, &ns, sizeof(ns))) {
		ns.tgid = ns.pid = 0;
	}
	key->pid = ns.tgid;
	key->tid = ns.pid;
}

static __always_inline void
fill_key(struct sample_key *key, __u64 id)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	fill_ids(key, id);
	key->cpu = bpf_get_smp_processor_id();
	key->start = BPF_CORE_READ(task, start_boottime);
	key->exec = BPF_CORE_READ(task, self_exec_id);
	bpf_get_current_comm(key->comm, sizeof(key->comm));
}

/* Nobody is woken for a sample, unless its process or binary is still to be got to know. */
static __always_inline __u64
wakeup(const struct sample_message *m)
{
	return m->end == END_NO_MAPPING || m->end == END_NO_TABLE ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void
send(struct sample_message *m, struct sample_stats *s)
{
	__u32 n = m->n_user + m->n_kernel;
	void *ring = bpf_map_lookup_elem(&rings, &m->key.cpu);

	if (!ring) {
		s->no_ring++;
		return;
	}
	if (n > USER_DEPTH + KERNEL_DEPTH)
		n = USER_DEPTH + KERNEL_DEPTH;
	if (bpf_ringbuf_output(ring, m, SAMPLE_MESSAGE_HEAD + n * sizeof(__u64), wakeup(m)))
		s->ring_full++;
	else
		s->delivered++;
}

static __always_inline void
count(struct sample_message *m, struct sample_stats *s, __u32 side)
{
	void *map = bpf_map_lookup_elem(&counts, &side);
	__u64 *seen = map ? bpf_map_lookup_elem(map, &m->key) : NULL;
	__u64 none = 0, before = s->delivered;

	if (seen) {
		(*seen)++; /* the key holds the cpu, and programs of perf events do not nest */
		s->delivered++;
		return;
	}
	send(m, s);
	if (map && s->delivered != before)
		bpf_map_update_elem(map, &m->key, &none, BPF_NOEXIST);
}

SEC("perf_event")
int
sample(struct bpf_perf_event_data *ctx)
{
	__u32 now = window, side = now & 1;
	struct sample_message *m = message_of_cpu();
	struct sample_stats *s = bpf_map_lookup_elem(&stats, &side);
	__u64 id = bpf_get_current_pid_tgid();

	if (!m || !s)
		return 0;
	s->fired++;
	if (!(__u32)id && !with_idle) {
		s->idle++;
		return 0;
	}
	if (only_targets && !is_target(id)) {
		s->other++;
		return 0;
	}
	m->time = bpf_ktime_get_ns();
	if (deadline && m->time >= deadline) {
		s->late++;
		return 0;
	}
	m->window = now;
	fill_key(&m->key, id);
	take_stacks(ctx, m);
	if (one_by_one)
		send(m, s);
	else
		count(m, s, side);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
