// SPDX-License-Identifier: GPL-2.0-or-later
/* The sampling programs: one of each kind of event takes the stacks of the task that is running and counts them. */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "again.h"
#include "count.h"
#include "judge.h"
#include "message.h"
#include "missed.h"
#include "stack.h"
#include "syscalls.h"
#include "tasks.h"
#include "waits.h"

/* Which event the programs are for that cannot be told when they are called. */
const volatile __u32 perf_events[INSTANCES] = {}, raw_events[INSTANCES] = {}, traced_events[INSTANCES] = {};

/* Of a return probe: the function that has returned; 0 where the kernel does not tell (Linux before 6.6 for user space). */
static __always_inline __u64
returned_function(void *ctx, const struct event_rule *r)
{
	if (!(r->flags & EVENT_RETURN) || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_func_ip))
		return 0;
	return bpf_get_func_ip(ctx);
}

/* What programs of a kind have in common, known to the verifier. */
enum {
	MAY_RETURN = 1, /* they may be called when a function returns */
	MAY_KNOW = 2,	/* their context is of the user's mode, or on the kernel's stack: stacks may be recognised */
};

/* The sample is one more of those that its window has seen. */
static __always_inline bool
count_known(const struct pt_regs *regs, struct sample_message *m, struct memory *r, struct leaving *t, __u32 level)
{
	__u32 side = m->window & 1;
	void *map = bpf_map_lookup_elem(&counts, &side);

	if (!map || !is_same_place(r, &m->key, t) || !is_same_user(level) ||
	    (with_kernel && in_kernel(regs) && !is_same_kernel(level)))
		return false;
	m->key.stack = r->stack;
	return add_count(map, &m->key, m->value, 0);
}

static __always_inline enum fate
take_and_count(void *ctx, const struct pt_regs *regs, struct sample_message *m, __u32 level, __u64 returned, bool may_know)
{
	struct leaving *t = with_trails && may_know && !one_by_one ? leaving_at(level) : NULL;
	struct memory *r = NULL;
	enum fate fate;

	/* Each event has memories of its own, apart from those of waits. */
	if (t && find_leaving(ctx, t, (__u32)m->key.tid + (m->key.event + 1) * (1U << 22)))
		r = take_memory(t);
	if (r && t && count_known(regs, m, r, t, level)) {
		give_back_memory(r);
		return FATE_DELIVERED;
	}
	take_stacks(ctx, regs, level, m, returned, 0);
	if (r && t)
		remember_stack(r, m, t, level, 0);
	give_back_memory(r);
	fate = one_by_one ? send(m) : count(m);
	return fate;
}

static __always_inline enum fate
take_sample(void *ctx, const struct pt_regs *regs, const struct event_rule *r, __u32 event, __u64 from, __u64 ids,
	    __u64 time, __u32 now, __u32 may)
{
	__u64 returned = may & MAY_RETURN ? returned_function(ctx, r) : 0;
	bool may_know = may & MAY_KNOW && !(r->flags & EVENT_RETURN) && !(may & MAY_RETURN && in_kernel(regs));
	__u32 level = take_level();
	struct sample_message *m = message_at(level);
	enum fate fate;

	if (!m)
		return FATE_BUSY;
	m->time = time;
	m->window = now;
	m->kind = MESSAGE_SAMPLE;
	m->runnable = 0;
	m->value = r->flags & EVENT_ON_CPU ? take_on_cpu(time) : value_by(from, r);
	fill_key(&m->key, event, ids);
	fate = take_and_count(ctx, regs, m, level, returned, may_know);
	give_back_level(level);
	return fate;
}

/* What all programs do; regs: the context's, NULL where it has none. Operands count from `from`. */
static __always_inline int
fire_from(void *ctx, const struct pt_regs *regs, __u32 event, __u64 from, __u32 may)
{
	struct event_rule *r = bpf_map_lookup_elem(&rules, &event);
	__u32 now = window;
	struct sample_stats *s = stats_of(event, now);
	__u64 ids = current_ids(), time = bpf_ktime_get_ns();
	enum fate fate;

	if (!recording || !r || !s)
		return 0;
	add_fate(s, FATE_FIRED);
	fate = judge(from, r, event, ids, time);
	if (fate == FATE_FIRED)
		fate = take_sample(ctx, regs, r, event, from, ids, time, now, may);
	add_fate(s, fate);
	return 0;
}

static __always_inline int
fire(void *ctx, const struct pt_regs *regs, __u32 event, __u32 may)
{
	return fire_from(ctx, regs, event, address_of(ctx), may);
}

static __always_inline __u32
cookie(void *ctx)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_attach_cookie) ? bpf_get_attach_cookie(ctx) : 0;
}

/* ---- one program for all events: kprobes, uprobes, and returns from them; tracepoints ---- */

SEC("?kprobe")
int
on_probe(struct pt_regs *ctx)
{
	return fire(ctx, ctx, cookie(ctx), MAY_RETURN | MAY_KNOW);
}

/* Many functions of the kernel by one link, and many places of a file. */
SEC("?kprobe.multi")
int
on_kprobes(struct pt_regs *ctx)
{
	return fire(ctx, ctx, cookie(ctx), MAY_RETURN | MAY_KNOW);
}

SEC("?kprobe")
int
on_uprobes(struct pt_regs *ctx)
{
	return fire(ctx, ctx, cookie(ctx), MAY_RETURN | MAY_KNOW);
}

SEC("?tracepoint")
int
on_tracepoint(void *ctx)
{
	return fire(ctx, NULL, cookie(ctx), 0);
}

/* (registers, number) */
SEC("?raw_tp/sys_enter")
int
on_sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct syscall_entry e = {.number = ctx->args[1]};
	__u32 event = event_of_syscall(e.number, false);

	if (!event || is_foreign_call())
		return 0;
	read_arguments(&e, (void *)ctx->args[0]);
	return fire_from(ctx, NULL, event - 1, address_of(&e), MAY_KNOW);
}

/* (registers, result) */
SEC("?raw_tp/sys_exit")
int
on_sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct syscall_entry e = {.number = number_left((void *)ctx->args[0]), .args[0] = ctx->args[1]};
	__u32 event = event_of_syscall(e.number, true);

	if (!event || is_foreign_call())
		return 0;
	return fire_from(ctx, NULL, event - 1, address_of(&e), MAY_KNOW);
}

/* ---- one for each event ---- */

static __noinline int
on_perf(struct bpf_perf_event_data *ctx, __u32 i)
{
	return fire(ctx, &ctx->regs, perf_events[i % INSTANCES], 0);
}

static __noinline int
on_raw(void *ctx, __u32 i)
{
	return fire(ctx, NULL, raw_events[i % INSTANCES], MAY_KNOW);
}

static __noinline int
on_traced(void *ctx, __u32 i)
{
	return fire(ctx, NULL, traced_events[i % INSTANCES], 0);
}

#define FOR_EACH_INSTANCE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define PERF(i)   SEC("?perf_event") int perf_##i(struct bpf_perf_event_data *ctx) { return on_perf(ctx, i); }
#define RAW(i)    SEC("?raw_tp") int raw_##i(struct bpf_raw_tracepoint_args *ctx) { return on_raw(ctx, i); }
#define TRACED(i) SEC("?fentry") int traced_##i(void *ctx) { return on_traced(ctx, i); }

FOR_EACH_INSTANCE(PERF)
FOR_EACH_INSTANCE(RAW)
FOR_EACH_INSTANCE(TRACED)

char LICENSE[] SEC("license") = "GPL";
