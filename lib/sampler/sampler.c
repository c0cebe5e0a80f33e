// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples stacks with eBPF: brings the kernel's part, the side-band and the processes together, window by window. */
#include "sampler/sampler.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sampler/attach.h"
#include "sampler/cpus.h"
#include "sampler/events.h"
#include "sampler/fates.h"
#include "sampler/kept.h"
#include "sampler/kernel.h"
#include "sampler/process.h"
#include "sampler/resolve.h"
#include "sampler/sideband.h"
#include "sampler/unwinding.h"
#include "sampler/window.h"

struct sampler {
	const struct sampler_config *config;
	struct sampler_sink sink;
	struct events events;
	struct int_list online; /* cpus that a sampled task may run on */
	struct kernel *kernel;
	struct attach *attach;
	struct sideband *sideband;
	struct backings backings;
	struct processes processes; /* at the time of the samples */
	struct unwinding *unwinding; /* and at the present; NULL: not needed */
	int epoll;
	struct resolver *resolver;
	struct window windows[2];
	struct kept kept; /* stacks of waits */
	uint64_t stackless; /* waits in the current window whose stack did not come */
	bool ended;
	struct sample_stats *per_cpu;
	struct facts facts; /* of the window being handed over */
	struct sampler_totals totals;
	uint64_t window_start;
};

/* A wait whose stack was kept; that it was not cannot be: if it is, it is not passed over in silence. */
static bool
add_wait(struct sampler *s, struct window *w, const struct sample_key *key, const struct sample_count *count, uint64_t time)
{
	const struct kept_stack *stack = key->stack ? kept_find(&s->kept, key) : NULL;

	if (key->stack && !stack)
		return false;
	window_add_kept(w, key, count, time, stack, stack ? s->kept.arena + stack->at : NULL);
	return true;
}

static void
message(void *context, const struct sample_message *m)
{
	struct sampler *s = context;
	struct window *w = &s->windows[m->window & 1];

	if (m->kind == MESSAGE_STACK)
		kept_add(&s->kept, m);
	else if (m->kind == MESSAGE_WAIT) {
		if (!add_wait(s, w, &m->key, &(struct sample_count){1, m->value, m->runnable}, m->time))
			s->stackless++;
	} else
		window_add(w, m);
	if (s->unwinding && m->end == END_NO_MAPPING && m->key.pid)
		unwinding_unknown(s->unwinding, m->key.pid);
}

static const struct int_list *
chosen_cpus(const struct sampler *s)
{
	return s->config->cpus.n ? &s->config->cpus : &s->online;
}

bool
config_is_whole(const struct sampler_config *c)
{
	return c->system_wide || (!c->pids.n && !c->tids.n && !c->command);
}

/* Only processes that may be sampled are looked at, with their children by fork events. */
static void
snapshot(struct sampler *s)
{
	const struct sampler_config *c = s->config;

	if (c->system_wide || (!c->pids.n && !c->command) || c->tids.n) {
		processes_snapshot(&s->processes);
		return;
	}
	for (size_t i = 0; i < c->pids.n; i++)
		process_snapshot(&s->processes, c->pids.items[i]);
}

static bool
walks_by_tables(const struct sampler_config *c)
{
	return !c->no_user && (c->walk == WALK_AUTO || c->walk == WALK_DWARF);
}

static int
open_sideband(struct sampler *s, struct err *err)
{
	s->sideband = sideband_open(s->online.items, s->online.n, s->unwinding, err);
	if (!s->sideband)
		return -1;
	snapshot(s);
	return 0;
}

static int
open_kernel(struct sampler *s, struct err *err)
{
	s->kernel = kernel_load(&(struct kernel_setup){
		.config = s->config,
		.events = &s->events,
		.cpus = s->online.items,
		.n_cpus = s->online.n,
		.unwinding = s->unwinding,
		.n_processes = s->processes.n,
		.message = message,
		.context = s,
	}, err);
	if (!s->kernel)
		return -1;
	s->per_cpu = xcalloc(kernel_cpus(s->kernel), sizeof(*s->per_cpu));
	s->attach = attach_open(s->config, &s->events, chosen_cpus(s), s->kernel, s->sideband, err);
	return s->attach ? 0 : -1;
}

/* What should not wait for the next tick: new mappings, and samples that had none. */
static int
watch(struct sampler *s, struct err *err)
{
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		return err_set(err, "epoll_create1:");
	if (!s->unwinding)
		return 0;
	sideband_watch(s->sideband, s->epoll);
	epoll_ctl(s->epoll, EPOLL_CTL_ADD, kernel_fd(s->kernel), &(struct epoll_event){.events = EPOLLIN});
	unwinding_start(s->unwinding, &s->processes);
	return 0;
}

static int
open_parts(struct sampler *s, struct err *err)
{
	if (cpus_online(&s->online, err) || cpus_check(&s->config->cpus, &s->online, err) || events_open(&s->events, s->config, err))
		return -1;
	if (walks_by_tables(s->config)) {
		s->unwinding = unwinding_open(s->config, err);
		if (!s->unwinding)
			return -1;
	}
	return open_sideband(s, err) || open_kernel(s, err) || watch(s, err) ? -1 : 0;
}

struct sampler *
sampler_open(const struct sampler_config *config, struct err *err)
{
	struct sampler *s = xcalloc(1, sizeof(*s));

	s->config = config;
	s->epoll = -1;
	s->processes.backings = &s->backings;
	s->windows[0].one_by_one = s->windows[1].one_by_one = config->timestamps;
	s->resolver = resolver_open(&s->processes, &s->events, &s->sink, (unsigned)config->max_depth, kernel_depth());
	if (!open_parts(s, err))
		return s;
	sampler_close(s);
	return NULL;
}

void
sampler_close(struct sampler *s)
{
	if (s->attach)
		attach_close(s->attach);
	if (s->unwinding)
		unwinding_close(s->unwinding);
	if (s->kernel)
		kernel_close(s->kernel);
	if (s->sideband)
		sideband_close(s->sideband);
	if (s->epoll >= 0)
		close(s->epoll);
	resolver_close(s->resolver);
	processes_free(&s->processes);
	backings_free(&s->backings);
	window_free(&s->windows[0]);
	window_free(&s->windows[1]);
	kept_free(&s->kept);
	events_free(&s->events);
	free(s->online.items);
	free(s->per_cpu);
	facts_free(&s->facts);
	free(s);
}

int
sampler_start(struct sampler *s, const struct sampler_sink *sink, struct err *err)
{
	s->sink = *sink;
	s->window_start = monotonic_ns();
	kernel_missed(s->kernel);
	kernel_begin(s->kernel, s->window_start, s->config->duration);
	return attach_enable(s->attach, err);
}

uint64_t
sampler_time(const struct sampler *s)
{
	return s->window_start;
}

/* Events of the whole system are on the cpus that there were. */
static void
count_new_cpus(struct sampler *s)
{
	struct int_list online = {0};
	struct err err;

	if (!s->config->cpus.n && config_is_whole(s->config) && !cpus_online(&online, &err))
		for (size_t i = 0; i < online.n; i++)
			s->totals.new_cpus += !int_list_has(&s->online, online.items[i]);
	free(online.items);
}

void
sampler_stop(struct sampler *s)
{
	count_new_cpus(s);
	kernel_end(s->kernel);
	attach_disable(s->attach);
	s->ended = true;
}

bool
sampler_collect(struct sampler *s)
{
	sideband_collect(s->sideband);
	if (s->unwinding)
		unwinding_follow(s->unwinding, s->sideband);
	kernel_collect(s->kernel);
	if (s->unwinding)
		unwinding_tick(s->unwinding, kernel_window(s->kernel));
	return s->unwinding && sideband_waits(s->sideband);
}

int
sampler_fd(const struct sampler *s)
{
	return s->epoll;
}

void
sampler_forget(struct sampler *s)
{
	resolver_forget(s->resolver);
}

const struct sampler_totals *
sampler_totals(const struct sampler *s)
{
	return &s->totals;
}

size_t
sampler_events(const struct sampler *s)
{
	return s->events.n;
}

const struct event_fact *
sampler_event(const struct sampler *s, size_t event)
{
	return &s->events.all[event];
}

unsigned
sampler_cpus(const struct sampler *s)
{
	return (unsigned)chosen_cpus(s)->n;
}

bool
sampler_targets_gone(const struct sampler *s)
{
	return attach_targets_gone(s->attach);
}

/* ---- a window ---- */

struct counting {
	struct sampler *sampler;
	struct window *window;
	uint64_t end;
};

/* A key whose stack never came cannot be; if it is, it is not passed over in silence. */
static void
counted(void *context, const struct sample_key *key, const struct sample_count *count)
{
	struct counting *c = context;
	struct sampler *s = c->sampler;
	bool good = key->state ? add_wait(s, c->window, key, count, s->window_start) : window_count(c->window, key, count);

	if (!good)
		facts_lose(&s->facts, key->event, FATE_NO_STACK, key->cpu, count->count);
}

/* The recording ends before the wait does. */
static void
cut_short(void *context, const struct wait *w)
{
	struct counting *c = context;
	struct sampler *s = c->sampler;
	struct sample_count count = {.count = 1, .value = c->end - w->since};
	enum fate fate = w->fate;

	if (!w->since || w->since >= c->end || !w->key.tid)
		return;
	if (w->key.state == WAIT_RUNNABLE || w->woken > w->since) {
		count.value = w->key.state == WAIT_RUNNABLE ? 0 : w->woken - w->since;
		count.runnable = c->end - w->since - count.value;
	}
	if (fate == FATE_DELIVERED && !add_wait(s, c->window, &w->key, &count, s->window_start))
		fate = FATE_NO_STACK;
	facts_fired(&s->facts, w->key.event, fate, w->key.cpu);
}

/* And what a thread has run since its last sample. */
static void
cut_run(void *context, const struct wait *w)
{
	struct counting *c = context;
	struct sampler *s = c->sampler;
	struct sample_count count = {.count = 1, .value = w->owed};
	struct sample_key key = w->key;

	if (!key.tid || s->events.on_cpu == EVENT_NONE)
		return;
	if (!w->since && w->counted < c->end)
		count.value += c->end - w->counted;
	key.event = s->events.on_cpu;
	key.state = WAIT_UNSAMPLED;
	key.stack = key.woken = 0;
	if (!count.value)
		return;
	window_add_kept(c->window, &key, &count, c->end, NULL, NULL);
	facts_fired(&s->facts, key.event, FATE_DELIVERED, key.cpu);
}

static void
cut(void *context, const struct wait *w)
{
	cut_short(context, w);
	cut_run(context, w);
}

/* Forgets stacks that no wait refers to. The kernel's side has begun a new round before this window, and sends again what
 * it needs. */
static void
keep(void *context, const struct wait *w)
{
	struct kept *const *stores = context;

	if (w->since)
		kept_move(stores[1], stores[0], &w->key);
}

static void
forget_stacks(struct sampler *s)
{
	struct kept fewer = {0};
	struct kept *stores[2] = {&s->kept, &fewer};

	kernel_waits(s->kernel, keep, stores);
	kept_free(&s->kept);
	s->kept = fewer;
	kernel_forget_stacks(s->kernel);
}

/* Walks samples and side-band records together by time, so that each address is looked up among the mappings
 * of its moment. */
static void
resolve_window(struct sampler *s, struct window *w)
{
	window_sort(w);
	sideband_sort(s->sideband);
	for (size_t i = 0; i < w->n; i++) {
		const struct raw_sample *raw = &w->samples[i];

		sideband_apply(s->sideband, raw->time, &s->processes);
		s->totals.ends[raw->end] += raw->n_user ? raw->count : 0;
		facts_take(&s->facts, s->resolver, raw, w->arena + raw->at);
	}
}

static int
account(struct sampler *s, uint32_t window, struct err *err)
{
	struct sampler_totals *t = &s->totals;

	for (uint32_t event = 0; event < s->events.n; event++) {
		if (kernel_stats(s->kernel, window, event, s->per_cpu, err))
			return -1;
		for (uint32_t cpu = 0; cpu < kernel_cpus(s->kernel); cpu++)
			facts_stats(&s->facts, event, cpu, &s->per_cpu[cpu]);
	}
	facts_missed(&s->facts, kernel_missed(s->kernel));
	if (s->unwinding)
		unwinding_account(s->unwinding, t);
	t->probes_refused = attach_refused(s->attach, &t->probes_why);
	t->side_lost = sideband_lost(s->sideband);
	t->refused = s->processes.refused;
	t->missed = kernel_targets_missed(s->kernel);
	return 0;
}

int
sampler_window(struct sampler *s, struct err *err)
{
	struct counting c = {.sampler = s, .end = monotonic_ns()};
	bool forget = s->events.wait != EVENT_NONE && kept_is_full(&s->kept);
	uint32_t number;

	if (forget)
		kernel_new_round(s->kernel);
	if (kernel_flip(s->kernel, &number, err))
		return -1;
	c.window = &s->windows[number & 1];
	facts_begin(&s->facts);
	sampler_collect(s);
	if (kernel_counts(s->kernel, number, counted, &c, err))
		return -1;
	if (s->ended && s->events.wait != EVENT_NONE)
		kernel_waits(s->kernel, cut, &c);
	facts_lose(&s->facts, s->events.wait, FATE_NO_STACK, 0, s->stackless);
	s->stackless = 0;
	resolve_window(s, c.window);
	if (account(s, number, err))
		return -1;
	facts_hand_over(&s->facts, &s->events, s->config->timestamps, &s->sink, s->window_start, c.end, &s->totals);
	if (forget)
		forget_stacks(s);
	window_clear(c.window);
	sideband_apply(s->sideband, c.end, &s->processes);
	processes_purge(&s->processes);
	s->window_start = c.end;
	return 0;
}
