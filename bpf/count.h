/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to user space: maps of counts, ring buffers, and what became of each sample. Part of sample.bpf.c.
 *
 * The first sample of a key in a window goes through the cpu's ring buffer, stack and all; the further ones
 * only add to the count in the window's map. So a stack crosses to user space once a window, and a map that
 * is full costs no sample: all of them then go through the ring. Maps and counters exist twice and windows take
 * turns; user space reads one side while the programs fill the other. */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "message.h"
#include "sample.h"
#include "stack.h"

const volatile bool one_by_one = false; /* every sample through the ring, for its time */
const volatile __u32 n_events = 1;

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

/* Of an event in a window: n_events * side + event. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2); /* set by lib/sampler */
	__type(key, __u32);
	__type(value, struct sample_stats);
} stats SEC(".maps");

static __always_inline struct sample_stats *
stats_of(__u32 event, __u32 now)
{
	__u32 at = n_events * (now & 1) + event;

	return bpf_map_lookup_elem(&stats, &at);
}

static __always_inline void
add_fate(struct sample_stats *s, enum fate fate)
{
	__sync_fetch_and_add(&s->fates[fate % FATES_ROOM], 1);
}

static __always_inline void
fill_key(struct sample_key *key, __u32 event, __u64 ids)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	key->pid = ids >> 32;
	key->tid = ids;
	key->cpu = bpf_get_smp_processor_id();
	key->start = BPF_CORE_READ(task, start_boottime);
	key->exec = BPF_CORE_READ(task, self_exec_id);
	bpf_get_current_comm(key->comm, sizeof(key->comm));
	key->event = event;
	key->state = key->woken = key->waker_pid = key->waker_tid = 0;
	__builtin_memset(key->waker, 0, sizeof(key->waker));
}

/* Nobody is woken for a sample, unless its process or binary is still to be got to know. */
static __always_inline __u64
wakeup(const struct sample_message *m)
{
	return m->end == END_NO_MAPPING || m->end == END_NO_TABLE ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline enum fate
send(struct sample_message *m)
{
	__u32 n = m->n_user + m->n_kernel, cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &cpu);

	if (!ring)
		return FATE_NO_RING;
	if (n > USER_DEPTH + KERNEL_DEPTH + 1) /* with the function that has returned */
		n = USER_DEPTH + KERNEL_DEPTH + 1;
	return bpf_ringbuf_output(ring, m, SAMPLE_MESSAGE_HEAD + n * sizeof(__u64), wakeup(m)) ? FATE_RING_FULL : FATE_DELIVERED;
}

/* False: the key is not in the window's map. */
static __always_inline bool
add_count(void *map, const struct sample_key *key, __u64 value, __u64 runnable)
{
	struct sample_count *seen = bpf_map_lookup_elem(map, key);

	if (!seen)
		return false;
	__sync_fetch_and_add(&seen->count, 1);
	if (value)
		__sync_fetch_and_add(&seen->value, value);
	if (runnable)
		__sync_fetch_and_add(&seen->runnable, runnable);
	return true;
}

static __always_inline enum fate
count(struct sample_message *m)
{
	__u32 side = m->window & 1;
	void *map = bpf_map_lookup_elem(&counts, &side);
	struct sample_count none = {};
	enum fate fate;

	if (map && add_count(map, &m->key, m->value, 0))
		return FATE_DELIVERED;
	fate = send(m);
	if (map && fate == FATE_DELIVERED)
		bpf_map_update_elem(map, &m->key, &none, BPF_NOEXIST);
	return fate;
}

#endif
