/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a wait: it is counted, by key, like any sample. Part of sample.bpf.c. */
#ifndef BPF_WAIT_END_H
#define BPF_WAIT_END_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "count.h"
#include "judge.h"

const volatile bool with_on_cpu = false, with_waker = false;
const volatile __u32 wait_event = 0, on_cpu_event = 0;
const volatile __u64 min_block = 0, max_block = ~0ULL; /* ns */

volatile __u64 recording_since = 0; /* CLOCK_MONOTONIC ns */
volatile __u64 unseen_switches = 0; /* that were found out afterwards */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set by lib/sampler */
	__type(key, __u64); /* the thread's task_struct: its number changes when it calls exec */
	__type(value, struct wait);
} waits SEC(".maps");

static __always_inline struct wait *
wait_of(struct task_struct *task)
{
	__u64 at = (__u64)task;

	return bpf_map_lookup_elem(&waits, &at);
}

/* ---- on the cpu that goes on with the thread ---- */

static __always_inline enum fate
send_wait(const struct sample_key *key, __u32 in_window, __u64 now, __u64 blocked, __u64 runnable)
{
	__u32 level = take_level();
	struct sample_message *m = message_at(level);
	enum fate fate = FATE_BUSY;

	if (!m)
		return fate;
	m->key = *key;
	m->time = now;
	m->window = in_window;
	m->value = blocked;
	m->runnable = runnable;
	m->kind = MESSAGE_WAIT;
	m->n_user = m->n_kernel = m->end = 0;
	fate = send(m);
	give_back_level(level);
	return fate;
}

static __always_inline enum fate
count_wait(const struct sample_key *key, __u32 in_window, __u64 now, __u64 blocked, __u64 runnable)
{
	struct sample_count first = {.count = 1, .value = blocked, .runnable = runnable};
	__u32 side = in_window & 1;
	void *map = bpf_map_lookup_elem(&counts, &side);

	if (!one_by_one && map) {
		if (add_count(map, key, blocked, runnable))
			return FATE_DELIVERED;
		if (!bpf_map_update_elem(map, key, &first, BPF_NOEXIST))
			return FATE_DELIVERED;
	}
	return send_wait(key, in_window, now, blocked, runnable);
}

/* Nobody else looks at the key of a wait that has ended. */
static __always_inline void
note_waker(struct wait *w)
{
	w->key.woken = w->woken_by;
	if (w->woken_by != WAKER_TASK)
		return;
	w->key.waker_pid = w->waker_pid;
	w->key.waker_tid = w->waker_tid;
	__builtin_memcpy(w->key.waker, w->waker, sizeof(w->key.waker));
}

static __always_inline enum fate
judge_wait(const struct wait *w, __u64 since, __u64 now)
{
	if (w->fate != FATE_DELIVERED)
		return w->fate;
	if (now <= since)
		return FATE_LATE;
	return now - since < min_block || now - since > max_block ? FATE_BLOCK : FATE_DELIVERED;
}

static __always_inline __u64
until_deadline(__u64 time)
{
	return deadline && time > deadline ? deadline : time;
}

static __always_inline void
finish_wait(struct wait *w, __u64 since, __u64 now)
{
	__u32 current_window = window;
	struct sample_stats *s = stats_of(wait_event, current_window);
	__u64 woken = w->key.state == WAIT_RUNNABLE ? since : until_deadline(w->woken);
	enum fate fate;

	now = until_deadline(now);
	if (woken < since || woken > now)
		woken = now;
	fate = judge_wait(w, since, now);
	if (with_waker && w->woken >= since)
		note_waker(w);
	if (fate == FATE_DELIVERED)
		fate = count_wait(&w->key, current_window, now, woken - since, now - woken);
	if (!s)
		return;
	add_fate(s, FATE_FIRED);
	add_fate(s, fate);
}

/* ---- switches that nothing tells of ----
 *
 * In some virtual machines no tracepoint fires while an agent of theirs runs, so that a thread which gets a cpu from it, or the
 * agent itself when it leaves one, is not seen to. How long each thread has run the scheduler knows nevertheless. */

static __always_inline __u64
ran_in_all(struct task_struct *task)
{
	return BPF_CORE_READ(task, se.sum_exec_runtime);
}

/* Ends the wait of a thread that is on a cpu, if it is still said to wait; which began when it had run for w->ran. Clocks may differ
 * by a little; by more only when it is another thread of the same number. */
static __noinline int
end_unseen(struct wait *w, struct task_struct *task, __u64 now)
{
	enum { LITTLE = 10000 /* ns */ };
	__u64 since = w->since, ran, back;

	if (!since || w->ran == RAN_UNKNOWN || now <= since)
		return 0;
	ran = ran_in_all(task) - w->ran;
	back = now - ran;
	if (ran >= now - since)
		back = ran - (now - since) < LITTLE ? since + 1 : now;
	if ((deadline && back >= deadline) || __sync_val_compare_and_swap(&w->since, since, 0) != since)
		return 0;
	__sync_fetch_and_add(&unseen_switches, 1);
	w->counted = back;
	finish_wait(w, since, back);
	return 0;
}

/* Begins the wait of a thread that is not on a cpu, though it has not been seen to leave; up to w->counted it had run for w->ran.
 * False: it has run all the time, as far as one can tell. */
static __always_inline bool
begin_unseen(struct wait *w, struct task_struct *task, __u64 now)
{
	__u64 ran = ran_in_all(task) - w->ran;

	if (ran >= now - w->counted)
		return false;
	__sync_fetch_and_add(&unseen_switches, 1);
	w->key.state = WAIT_UNSEEN;
	w->key.stack = w->key.woken = 0;
	w->fate = FATE_DELIVERED;
	w->owed += ran;
	w->since = w->counted + ran;
	return true;
}

/* Whether it may have gone unseen, of a thread that has come or is not there, by what was known of it before. */
static __always_inline bool
may_have_left(const struct wait *w, __u64 now)
{
	return !w->since && w->ran != RAN_UNKNOWN && !w->is_unwanted && w->counted < now;
}

#endif
