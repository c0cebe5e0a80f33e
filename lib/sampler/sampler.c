// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples stacks with eBPF: brings the kernel's part, the side-band and the processes together, window by window. */
#include "sampler/sampler.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "sampler/attach.h"
#include "sampler/code.h"
#include "sampler/cpus.h"
#include "sampler/events.h"
#include "sampler/fates.h"
#include "sampler/kernel.h"
#include "sampler/proc.h"
#include "sampler/process.h"
#include "sampler/resolve.h"
#include "sampler/sideband.h"
#include "sampler/unwinding.h"
#include "sampler/waits.h"
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
	struct waits waits;
	uint64_t ended; /* when; 0: not yet */
	struct sample_stats *per_cpu;
	struct facts facts; /* of the window being handed over */
	struct sampler_totals totals;
	uint64_t window_start;
	uint64_t deadline; /* 0: none */
};

static void
message(void *context, const struct sample_message *m)
{
	struct sampler *s = context;

	if (m->kind == MESSAGE_STACK)
		waits_stack(&s->waits, m);
	else if (m->kind == MESSAGE_WAIT)
		waits_ended(&s->waits, m);
	else
		window_add(&s->windows[m->window & 1], m);
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
	unwinding_start(s->unwinding, &s->processes, sideband_notices(s->sideband));
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
	s->resolver = resolver_open(&s->processes, &s->events, &s->sink, (unsigned)config->max_depth, kernel_depth(),
				    config->keep_files);
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
	waits_free(&s->waits);
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
	code_notice_all(sideband_notices(s->sideband), &s->processes);
	code_tell(sideband_notices(s->sideband), sink);
	s->window_start = monotonic_ns();
	kernel_missed(s->kernel);
	attach_missed(s->attach, NULL, NULL);
	s->deadline = s->config->duration ? s->window_start + s->config->duration : 0;
	kernel_begin(s->kernel, s->window_start, s->deadline);
	if (attach_enable(s->attach, err))
		return -1;
	return s->events.on_cpu == EVENT_NONE ? 0 : kernel_meet(s->kernel, err);
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

int
sampler_stop(struct sampler *s, struct err *err)
{
	int failed = 0;

	count_new_cpus(s);
	s->ended = monotonic_ns();
	if (s->deadline && s->ended > s->deadline)
		s->ended = s->deadline;
	if (s->events.wait != EVENT_NONE) {
		kernel_last(s->kernel, s->ended);
		failed = kernel_settle(s->kernel, err);
	}
	kernel_end(s->kernel);
	attach_disable(s->attach);
	return failed;
}

bool
sampler_collect(struct sampler *s)
{
	sideband_collect(s->sideband);
	code_tell(sideband_notices(s->sideband), &s->sink);
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

void
sampler_renew(struct sampler *s, uint32_t pid)
{
	struct process *p = process_find(&s->processes, pid);

	if (p)
		p->renewed++;
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
	bool good = key->state ? waits_add(&s->waits, c->window, key, count, s->window_start)
			       : window_count(c->window, key, count);

	if (!good)
		facts_lose(&s->facts, key->event, FATE_NO_STACK, key->cpu, count->count);
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

static void
missed(void *context, uint32_t event, bool is_return, uint64_t count)
{
	facts_missed(context, event, is_return, count);
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
	facts_missed(&s->facts, 0, false, kernel_missed(s->kernel));
	attach_missed(s->attach, missed, &s->facts);
	if (s->unwinding)
		unwinding_account(s->unwinding, t);
	t->probes_refused = attach_refused(s->attach, &t->probes_why);
	t->side_lost = sideband_lost(s->sideband);
	t->refused = s->processes.refused;
	t->missed = kernel_targets_missed(s->kernel);
	t->unseen_switches = kernel_unseen_switches(s->kernel);
	return 0;
}

int
sampler_window(struct sampler *s, struct err *err)
{
	struct counting c = {.sampler = s, .end = monotonic_ns()};
	bool with_waits = s->events.wait != EVENT_NONE;
	uint32_t number;

	if (kernel_flip(s->kernel, &number, err))
		return -1;
	c.window = &s->windows[number & 1];
	facts_begin(&s->facts);
	sampler_collect(s);
	if (kernel_counts(s->kernel, number, counted, &c, err))
		return -1;
	waits_settle(&s->waits, c.window, number, &s->facts);
	if (s->ended && with_waits)
		waits_cut(&s->waits, s->kernel, s->config, s->events.on_cpu, c.window, &s->facts, s->ended);
	resolve_window(s, c.window);
	if (account(s, number, err))
		return -1;
	facts_hand_over(&s->facts, &s->events, s->config->timestamps, &s->sink, s->window_start, c.end, &s->totals);
	if (with_waits && waits_forget(&s->waits, s->kernel, err))
		return -1;
	window_clear(c.window);
	sideband_apply(s->sideband, c.end, &s->processes);
	processes_purge(&s->processes);
	s->window_start = c.end;
	return 0;
}
