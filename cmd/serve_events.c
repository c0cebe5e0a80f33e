// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's events. */
#include "cmd/serve_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cmd/event_names.h"

#define NO_EVENT "no event"
#define SAMPLES	 "samples"

static struct text
keep(struct events *e, struct text t)
{
	size_t before = e->texts.n;
	uint32_t id = intern(&e->texts, t.data, t.len);

	e->text_bytes += e->texts.n > before ? t.len + 1 : 0;
	return text_of(e->texts.all[id].text, t.len);
}

uint32_t
events_meet(struct events *e, struct text name, struct text unit)
{
	struct buf key = {0};
	uint32_t id;

	event_key(&key, name, unit);
	id = intern_find(&e->keys, key.data, key.len);
	if (id == INTERN_NONE && e->n < EVENTS_MAX) {
		id = intern(&e->keys, key.data, key.len);
		e->text_bytes += key.len + 1;
		GROW(e->all, e->n, e->cap);
		e->all[e->n++] = (struct met_event){.name = keep(e, name), .unit = keep(e, unit)};
	}
	buf_free(&key);
	return id == INTERN_NONE ? EVENT_TOO_MANY : id;
}

uint32_t
events_meet_none(struct events *e)
{
	return events_meet(e, text_of(NO_EVENT, sizeof(NO_EVENT) - 1), text_of(SAMPLES, sizeof(SAMPLES) - 1));
}

static bool
is_same(struct text a, struct text b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

bool
events_have_values(const struct events *e, uint32_t event)
{
	return event != EVENT_TOO_MANY && !is_same(e->all[event].unit, text_of(SAMPLES, sizeof(SAMPLES) - 1));
}

uint64_t
events_of_other_units(const struct events *e)
{
	uint64_t n = e->left_out;

	for (size_t i = 1; i < e->n; i++)
		n += is_same(e->all[i].unit, e->all[0].unit) ? 0 : e->all[i].sums.samples;
	return n;
}

void
events_free(struct events *e)
{
	free(e->all);
	intern_free(&e->texts);
	intern_free(&e->keys);
	*e = (struct events){0};
}

size_t
events_bytes(const struct events *e)
{
	return e->cap * sizeof(*e->all) + (e->texts.cap + e->keys.cap) * sizeof(struct interned) + e->text_bytes;
}
