/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --off-cpu and --wall: how long threads wait, where, for what, and who ends it. Part of sample.bpf.c.
 *
 * A thread that leaves its cpu leaves its stack behind: it is taken then, and sent once for good, since user space keeps
 * it as long as a wait may refer to it. When the thread is back the wait has ended (wait_end.h). */
#ifndef BPF_WAITS_H
#define BPF_WAITS_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "interrupt.h"
#include "judge.h"
#include "kept.h"
#include "wait_end.h"

/* Of linux/sched.h; task states from 4.14 on. */
enum { TASK_INTERRUPTIBLE = 1, TASK_UNINTERRUPTIBLE = 2, TASK_STOPPED = 4, TASK_TRACED = 8, EXIT_ANY = 0x30, TASK_DEAD = 0x80,
       TASK_NOLOAD = 0x400, TASK_RTLOCK_WAIT = 0x1000 };

/* ---- time on cpus, for --wall ---- */

/* Since when a thread's time that nobody has counted yet counts. */
static __always_inline __u64
life_of(struct task_struct *task)
{
	__u64 start = BPF_CORE_READ(task, start_time);

	return start > recording_since ? start : recording_since;
}

static __always_inline void
fill_key_of(struct sample_key *key, struct task_struct *task, __u32 cpu, enum wait_state state)
{
	key->pid = pid_of(task);
	key->tid = tid_of(task);
	key->start = BPF_CORE_READ(task, start_boottime);
	key->exec = BPF_CORE_READ(task, self_exec_id);
	key->event = wait_event;
	key->state = state;
	key->cpu = cpu;
	BPF_CORE_READ_STR_INTO(&key->comm, task, comm);
}

/* Not inlined, nor are others that have much on the stack: a program and what it calls may have 512 bytes in all. */
static __noinline struct wait *
follow_thread(struct task_struct *task, __u64 counted)
{
	struct wait w = {.counted = counted, .ran = ran_in_all(task)};
	__u64 at = (__u64)task;

	fill_key_of(&w.key, task, bpf_get_smp_processor_id(), WAIT_NONE);
	bpf_map_update_elem(&waits, &at, &w, BPF_NOEXIST);
	return wait_of(task);
}

/* What a thread has run since the last time. */
static __always_inline __u64
take_owed(struct wait *w, __u64 now)
{
	__u64 owed;

	if (now < w->counted)
		return 0;
	owed = w->owed + now - w->counted;
	w->owed = 0;
	w->counted = now;
	return owed;
}

/* The same of the current one. */
static __always_inline __u64
take_on_cpu(__u64 now)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct wait *w = wait_of(task);

	if (!w)
		w = follow_thread(task, life_of(task));
	if (!w)
		return 0;
	end_unseen(w, task, now);
	w->ran = ran_in_all(task);
	return take_owed(w, now);
}

/* ---- the begin of a wait ---- */

static __always_inline enum wait_state
state_of(bool preempted, __u64 state)
{
	if (preempted || !state)
		return WAIT_RUNNABLE;
	/* Threads of the kernel that have nothing to do are not interruptible, only so as not to count as load. */
	if (state & TASK_INTERRUPTIBLE || (state & TASK_UNINTERRUPTIBLE && state & TASK_NOLOAD))
		return WAIT_SLEEP;
	return state & (TASK_UNINTERRUPTIBLE | TASK_RTLOCK_WAIT) ? WAIT_DISK : WAIT_STOPPED;
}

static __always_inline enum fate
take_wait(void *ctx, struct sample_message *m, __u32 level, __u32 tid, __u64 ids, __u64 now, enum wait_state state)
{
	m->time = now;
	m->window = window;
	m->value = m->runnable = 0;
	fill_key(&m->key, wait_event, ids);
	m->key.state = state;
	return leave_stack(ctx, m, level, tid);
}

static __always_inline void
add_fate_of_wait(enum fate fate)
{
	struct sample_stats *s = stats_of(wait_event, window);

	if (!s)
		return;
	add_fate(s, FATE_FIRED);
	add_fate(s, fate);
}

/* The current task leaves its cpu and is not wanted, for now: what it does from here on is not counted as running. */
static __always_inline void
leave_out(struct task_struct *task, enum fate fate, __u64 now)
{
	struct wait *w = fate != FATE_OTHER ? wait_of(task) : NULL;

	if (w) {
		end_unseen(w, task, now);
		w->ran = RAN_UNKNOWN;
		if (fate != FATE_LATE)
			w->counted = ~0ULL;
	}
	add_fate_of_wait(fate);
}

/* Enters what a task leaves behind. */
static __always_inline void
enter_wait(struct task_struct *task, const struct sample_key *key, enum fate fate, __u64 now)
{
	struct wait *w = wait_of(task);

	if (!w)
		w = follow_thread(task, with_on_cpu ? life_of(task) : now);
	if (!w) {
		add_fate_of_wait(FATE_THREADS);
		return;
	}
	end_unseen(w, task, now);
	if (with_on_cpu && now > w->counted)
		w->owed += now - w->counted;
	w->ran = ran_in_all(task);
	w->key = *key;
	w->fate = fate;
	w->is_unwanted = false;
	if (w->woken < now) /* it may have been woken since: taking its stack takes a while */
		w->woken = 0;
	__sync_lock_test_and_set(&w->since, now);
}

static __always_inline void
begin_wait(void *ctx, struct task_struct *task, __u32 tid, enum wait_state state, __u64 now)
{
	__u64 ids = current_ids();
	enum fate fate = judge_task(ids);
	struct sample_message *m;
	__u32 level;

	if (fate == FATE_FIRED && deadline && now >= deadline)
		fate = FATE_LATE;
	if (fate != FATE_FIRED) {
		leave_out(task, fate, now);
		return;
	}
	level = take_level();
	m = message_at(level);
	if (!m) {
		leave_out(task, FATE_BUSY, now);
		return;
	}
	fate = take_wait(ctx, m, level, tid, ids, now, state);
	enter_wait(task, &m->key, fate, now);
	give_back_level(level);
}

/* Fills in what was the current thread's when it waited last, if it has another number now: in a namespace a thread that ends has
 * none any more, and a process's first one has given its own to the thread that called exec. */
static __always_inline bool
fill_last_key(struct sample_key *key, const struct wait *w)
{
	__u64 ids = current_ids();

	if (w->key.tid && (__u32)ids != w->key.tid) {
		*key = w->key;
		key->event = on_cpu_event;
		key->stack = key->woken = 0;
		return true;
	}
	fill_key(key, on_cpu_event, ids);
	return judge_task(ids) == FATE_FIRED;
}

/* A thread that ends does not wait; what it has run is told without a place. */
static __noinline int
end_thread(struct task_struct *task, __u64 now)
{
	struct wait *w = wait_of(task);
	__u32 in_window = window;
	struct sample_stats *s = stats_of(on_cpu_event, in_window);
	struct sample_key last = {};
	__u64 owed = with_on_cpu && w ? take_owed(w, until_deadline(now)) : 0;
	bool wanted = owed && w && fill_last_key(&last, w);
	__u64 at = (__u64)task;

	bpf_map_delete_elem(&waits, &at);
	if (!wanted || !s)
		return 0;
	last.state = WAIT_UNSAMPLED;
	add_fate(s, FATE_FIRED);
	add_fate(s, count_wait(&last, in_window, now, owed, 0));
	return 0;
}

/* ---- threads that are not the current one ---- */

/* As judge_task(). Whose cgroup it is only the running task can tell, so those are not wanted yet. */
static __always_inline bool
wants_thread(const struct sample_key *key)
{
	if (n_cgroups || (only_cpus && !is_wanted_cpu(key->cpu)) || (not_pids && bpf_map_lookup_elem(&excluded, &key->pid)))
		return false;
	if (not_comms && matches(COMM_NOT, key->comm))
		return false;
	return !only_comms || matches(COMM_ONLY, key->comm);
}

/* A thread that comes to a cpu and is not followed yet: a new one, mostly. True: it is wanted, and nobody else (meet_threads(), at
 * the begin) has met it meanwhile. */
static __noinline int
meet_thread(struct task_struct *task, __u64 now)
{
	struct wait w = {.fate = FATE_DELIVERED, .counted = now, .ran = ran_in_all(task)};
	__u64 at = (__u64)task;
	bool wanted;

	fill_key_of(&w.key, task, bpf_get_smp_processor_id(), life_of(task) != recording_since ? WAIT_RUNNABLE : WAIT_UNSEEN);
	if (only_targets && !is_target(w.key.tid))
		return false;
	wanted = wants_thread(&w.key);
	w.is_unwanted = !wanted;
	return !bpf_map_update_elem(&waits, &at, &w, BPF_NOEXIST) && wanted;
}

/* Nobody knows where it has waited until now, but its time is accounted for. Apart from meet_thread() since both need much of
 * the stack. */
static __noinline int
count_unseen_wait(struct task_struct *task, __u64 now)
{
	struct wait *w = wait_of(task);
	__u64 since = life_of(task), waited = now - since;
	bool is_new = since != recording_since;
	__u32 in_window = window;
	struct sample_stats *s = stats_of(wait_event, in_window);

	if (!w || !s || now <= since)
		return 0;
	add_fate(s, FATE_FIRED);
	add_fate(s, count_wait(&w->key, in_window, now, is_new ? 0 : waited, is_new ? waited : 0));
	return 0;
}

/* Run by the recorder at the start, for each thread there is. */
SEC("?iter/task")
int
meet_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wait w = {.fate = FATE_DELIVERED};
	__u64 at = (__u64)task;

	if (!task || BPF_CORE_READ(task, exit_state))
		return 0;
	fill_key_of(&w.key, task, BPF_CORE_READ(task, wake_cpu), WAIT_UNSEEN);
	if ((only_targets && !is_target(w.key.tid)) || !wants_thread(&w.key))
		return 0;
	w.counted = life_of(task);
	w.since = BPF_CORE_READ(task, on_cpu) ? 0 : w.counted;
	w.ran = ran_in_all(task);
	bpf_map_update_elem(&waits, &at, &w, BPF_NOEXIST);
	return 0;
}

/* And at the end. */
SEC("?iter/task")
int
settle_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wait *w = task ? wait_of(task) : NULL;
	bool runs = task && BPF_CORE_READ(task, on_cpu);

	if (!w || !task || BPF_CORE_READ(task, exit_state))
		return 0;
	if (runs)
		end_unseen(w, task, bpf_ktime_get_ns());
	else if (with_on_cpu && may_have_left(w, deadline))
		begin_unseen(w, task, deadline);
	return 0;
}

/* ---- the programs ---- */

/* (preempted, from, to, state of from): Linux 5.18 and later. */
SEC("?raw_tp/sched_switch")
int
on_switch(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *from = (void *)ctx->args[1], *to = (void *)ctx->args[2];
	__u64 now = bpf_ktime_get_ns(), state = ctx->args[3], since;
	__u32 tid = BPF_CORE_READ(to, pid);
	struct wait *w;

	if (!recording)
		return 0;
	w = tid ? wait_of(to) : NULL;
	if (!w && tid && with_on_cpu) {
		if (meet_thread(to, now))
			count_unseen_wait(to, now);
		else
			w = wait_of(to);
	}
	if (with_on_cpu && w && may_have_left(w, until_deadline(now)) && !begin_unseen(w, to, until_deadline(now)))
		w->owed += until_deadline(now) - w->counted;
	since = w ? w->since : 0;
	/* What a thread runs from the end on is none of ours, when it had left before that. */
	if (w && (since || !deadline || now < deadline)) {
		w->counted = now;
		w->ran = ran_in_all(to);
	}
	if (since && __sync_lock_test_and_set(&w->since, 0))
		finish_wait(w, since, now);
	tid = BPF_CORE_READ(from, pid);
	if (!tid)
		return 0;
	if (!ctx->args[0] && state & (TASK_DEAD | EXIT_ANY))
		end_thread(from, now);
	else
		begin_wait(ctx, from, tid, state_of(ctx->args[0], state), now);
	return 0;
}

/* By the one who wakes a task, or by an interrupt that came in between. */
static __always_inline int
wake(struct task_struct *task, bool by_interrupt)
{
	struct wait *w = wait_of(task);
	__u64 ids;

	if (!w || (w->since && w->woken >= w->since))
		return 0;
	if (with_waker) {
		ids = current_ids();
		w->woken_by = by_interrupt ? WAKER_INTERRUPT : WAKER_TASK;
		w->waker_pid = ids >> 32;
		w->waker_tid = ids;
		bpf_get_current_comm(w->waker, sizeof(w->waker));
	}
	w->woken = bpf_ktime_get_ns();
	return 0;
}

/* (task) */
SEC("?raw_tp/sched_waking")
int
on_waking(struct bpf_raw_tracepoint_args *ctx)
{
	return wake((void *)ctx->args[0], with_waker && in_interrupt(ctx));
}

/* (task, old thread id): a thread that calls exec goes on under the id of its process's first one. */
SEC("?raw_tp/sched_process_exec")
int
on_rename(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct wait *w = wait_of(task);

	/* A command's life begins here; before, it has waited for us. */
	if (command && with_on_cpu && tid_of(task) == command)
		follow_thread(task, bpf_ktime_get_ns());
	if (w && !w->since)
		fill_key_of(&w->key, task, bpf_get_smp_processor_id(), WAIT_NONE);
	return 0;
}

/* (task): the next task may lie in the same place. */
SEC("?raw_tp/sched_process_free")
int
on_forget(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 at = ctx->args[0];

	if (recording && !bpf_map_delete_elem(&waits, &at)) /* it has not been seen to end */
		__sync_fetch_and_add(&unseen_switches, 1);
	return 0;
}

#endif
