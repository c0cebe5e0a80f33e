// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of the samples of a window, event by event, on its way to the sink. */
#include "sampler/fates.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The kernel did not start a program, as one was running there, or as it had no place to keep where a function returns to. */
enum { FATE_MISSED = N_FATES, FATE_CROWDED };

#define FATE(name, class, text) {CLASS_##class, text},
const struct fate_fact sample_fates[SAMPLE_FATES] = {FATES(FATE){CLASS_LOST, "another program ran"}, {CLASS_LOST, "too many inside"}};
#undef FATE
_Static_assert((int)SAMPLE_FATES == (int)N_FATES + 2, "each fate has its words");

uint64_t
totals_of(const struct sampler_totals *t, enum fate_class class)
{
	uint64_t all = 0;

	for (size_t i = 0; i < SAMPLE_FATES; i++)
		all += sample_fates[i].class == class ? t->fates[i] : 0;
	return all;
}

void
facts_begin(struct facts *f)
{
	f->n = f->n_losses = 0;
	memset(f->fates, 0, sizeof(f->fates));
}

void
facts_free(struct facts *f)
{
	free(f->all);
	free(f->losses);
}

static void
add(struct facts *f, struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses)
{
	GROW(f->all, f->n, f->cap);
	f->all[f->n++] = resolve(r, raw, addresses);
}

void
facts_take(struct facts *f, struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses)
{
	struct raw_sample rest = *raw;

	if (raw->key.state != WAIT_RUNNABLE)
		add(f, r, raw, addresses);
	if (raw->key.state != WAIT_RUNNABLE && !raw->runnable)
		return;
	rest.value = raw->runnable;
	rest.count = raw->key.state == WAIT_RUNNABLE ? raw->count : 0;
	rest.key.state = WAIT_RUNNABLE;
	add(f, r, &rest, addresses);
}

static void
add_loss(struct facts *f, uint32_t event, uint32_t fate, uint32_t cpu, uint64_t count)
{
	if (!count)
		return;
	GROW(f->losses, f->n_losses, f->losses_cap);
	f->losses[f->n_losses++] = (struct loss){event, fate, cpu, count};
}

void
facts_stats(struct facts *f, uint32_t event, uint32_t cpu, const struct sample_stats *stats)
{
	for (uint32_t i = 0; i < N_FATES; i++) {
		f->fates[i] += stats->fates[i];
		if (sample_fates[i].class == CLASS_LOST)
			add_loss(f, event, i, cpu, stats->fates[i]);
	}
}

void
facts_fired(struct facts *f, uint32_t event, uint32_t fate, uint32_t cpu)
{
	f->fates[FATE_FIRED]++;
	f->fates[fate]++;
	if (sample_fates[fate].class == CLASS_LOST)
		add_loss(f, event, fate, cpu, 1);
}

void
facts_lose(struct facts *f, uint32_t event, uint32_t fate, uint32_t cpu, uint64_t count)
{
	f->fates[FATE_DELIVERED] -= count;
	f->fates[fate] += count;
	add_loss(f, event, fate, cpu, count);
}

void
facts_missed(struct facts *f, uint32_t event, bool is_return, uint64_t count)
{
	uint32_t fate = is_return ? FATE_CROWDED : FATE_MISSED;

	f->fates[FATE_FIRED] += count;
	f->fates[fate] += count;
	add_loss(f, event, fate, 0, count);
}

/* By event; then those that are alike but for their time stand together, which also keeps the stream small. */
static int
by_task(const void *a, const void *b)
{
	const struct sample_fact *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	if (x->task != y->task)
		return x->task < y->task ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return x->stack < y->stack ? -1 : x->stack > y->stack;
}

static int
by_time(const void *a, const void *b)
{
	const struct sample_fact *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static int
by_event(const void *a, const void *b)
{
	const struct loss *x = a, *y = b;

	return x->event < y->event ? -1 : x->event > y->event;
}

/* The facts and losses of one event, from *i and *j on. */
static void
hand_over_event(const struct facts *f, uint32_t event, const struct sampler_sink *sink, size_t *i, size_t *j)
{
	for (; *i < f->n && f->all[*i].event == event; ++*i)
		sink->sample(sink->context, &f->all[*i]);
	for (; *j < f->n_losses && f->losses[*j].event == event; ++*j)
		sink->lost(sink->context, sample_fates[f->losses[*j].fate].cause, f->losses[*j].cpu, f->losses[*j].count);
}

void
facts_hand_over(struct facts *f, const struct events *e, bool timed, const struct sampler_sink *sink, uint64_t start,
		uint64_t end, struct sampler_totals *totals)
{
	size_t i = 0, j = 0;

	if (f->n)
		qsort(f->all, f->n, sizeof(*f->all), timed ? by_time : by_task);
	if (f->n_losses)
		qsort(f->losses, f->n_losses, sizeof(*f->losses), by_event);
	for (uint32_t event = 0; event < e->n; event++) {
		bool any = (i < f->n && f->all[i].event == event) || (j < f->n_losses && f->losses[j].event == event);

		/* A window in which nothing happened is one, too; and what readers show first is what was asked for first. */
		if (!any && event)
			continue;
		sink->window(sink->context, event, start, end);
		hand_over_event(f, event, sink, &i, &j);
	}
	for (size_t fate = 0; fate < SAMPLE_FATES; fate++)
		totals->fates[fate] += f->fates[fate];
}
