// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-fold's events. */
#include "cmd/fold_events.h"

#include "base/alloc.h"
#include "flame/escape.h"

static struct text
text_at(const struct fold_events *e, uint32_t id)
{
	return text_of(e->texts.all[id].text, e->texts.all[id].len);
}

static uint32_t
add(struct fold_events *e, struct text name, struct text unit)
{
	GROW(e->all, e->n, e->cap);
	e->all[e->n] = (struct fold_event){
		.name = intern(&e->texts, name.data, name.len), .unit = intern(&e->texts, unit.data, unit.len)};
	return (uint32_t)e->n++;
}

static uint32_t
enter(struct fold_events *e, struct text name, struct text unit)
{
	struct buf key = {0};
	uint32_t id;

	event_key(&key, name, unit);
	id = intern(&e->keys, key.data, key.len);
	buf_free(&key);
	return id == e->n ? add(e, name, unit) : id;
}

void
fold_events_begin(struct fold_events *e)
{
	for (size_t i = 0; i < e->n_ids; i++) {
		struct fold_event *event = &e->all[e->ids[i]];

		event->asked |= event_names_have(&e->asked, text_at(e, event->name));
	}
	event_names_forget(&e->asked);
	e->n_ids = 0;
	e->now = 0;
}

void
fold_events_take(struct fold_events *e, const struct dict *d)
{
	while (e->n_ids < d->n_events) {
		struct text name = texts_get(&d->event_names, (uint32_t)e->n_ids);

		event_names_meet(&e->asked, name);
		GROW(e->ids, e->n_ids, e->cap_ids);
		e->ids[e->n_ids] = enter(e, name, texts_get(&d->event_units, (uint32_t)e->n_ids));
		e->n_ids++;
	}
}

/* Numbers of samples may be added up whatever the events count; else it is what the first one counts. */
static enum fold_use
choose(struct fold_events *e, struct text name, uint32_t unit)
{
	if (e->asked.n && !event_names_have(&e->asked, name))
		return FOLD_NOT_ASKED;
	if (e->asked.n && e->by_count)
		return FOLD_COUNTED;
	if (!e->unit)
		e->unit = unit + 1;
	return e->unit == unit + 1 ? FOLD_COUNTED : FOLD_OTHER_UNIT;
}

static void
open_event(struct fold_events *e, uint32_t id)
{
	struct fold_event *event = &e->all[id];
	struct text unit = text_at(e, event->unit);

	e->now = id + 1;
	e->use = choose(e, text_at(e, event->name), event->unit);
	event->asked |= e->use != FOLD_NOT_ASKED;
	e->has_values = unit.len != 7 || memcmp(unit.data, "samples", 7);
}

void
fold_events_open(struct fold_events *e, uint32_t event)
{
	open_event(e, e->ids[event]);
}

void
fold_events_ready(struct fold_events *e)
{
	struct text name = text_of("no event", 8);

	if (e->now)
		return;
	event_names_meet(&e->asked, name);
	open_event(e, enter(e, name, text_of("samples", 7)));
}

struct sums
fold_events_sums(const struct fold_events *e, enum fold_use use)
{
	struct sums sums = {0};

	for (size_t i = 0; i < e->n; i++) {
		struct text name = text_at(e, e->all[i].name);

		sums_add(&sums, sums_name(&sums, name.data, name.len), e->all[i].samples[use]);
	}
	return sums;
}

static void
put_line(struct buf *to, struct text name, struct text unit, uint64_t samples, uint64_t value)
{
	escape_visible(to, name.data, name.len);
	buf_char(to, '\t');
	escape_visible(to, unit.data, unit.len);
	buf_char(to, '\t');
	buf_decimal(to, samples);
	buf_char(to, '\t');
	buf_decimal(to, value);
	buf_char(to, '\n');
}

void
fold_events_list(const struct fold_events *e, struct buf *to)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct fold_event *event = &e->all[i];
		uint64_t samples = 0;

		for (int use = 0; use < FOLD_USES; use++)
			samples += event->samples[use];
		if (!e->asked.n || event->asked)
			put_line(to, text_at(e, event->name), text_at(e, event->unit), samples, event->value);
	}
}
