// SPDX-License-Identifier: GPL-2.0-or-later
/* The definitions of one segment. */
#include "stream/dict.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "stream/stream.h"

enum { KEPT_MAX = 1 << 20 }; /* bytes of memory that an empty dictionary keeps */

static void
keep(const struct dict *d, struct texts *t, struct text text)
{
	buf_add(&t->bytes, text.data, d->text_max && text.len > d->text_max ? d->text_max : text.len);
	GROW(t->ends, t->n, t->cap);
	t->ends[t->n++] = t->bytes.len;
}

static void
texts_clear(struct texts *t)
{
	t->bytes.len = 0;
	t->n = 0;
}

static void
texts_free(struct texts *t)
{
	buf_free(&t->bytes);
	free(t->ends);
}

/* Room for one more element, and its index. */
#define APPEND(d, name) (*append_##name(d))
#define APPENDER(type, name)                                                                                           \
	static inline struct type *append_##name(struct dict *d)                                                       \
	{                                                                                                              \
		GROW(d->name, d->n_##name, d->cap_##name);                                                             \
		return &d->name[d->n_##name++];                                                                        \
	}
APPENDER(dict_event, events)
APPENDER(dict_module, modules)
APPENDER(dict_symbol, symbols)
APPENDER(dict_frame, frames)
APPENDER(dict_stack, stacks)
APPENDER(dict_task, tasks)
APPENDER(dict_name, names)

static void
take_events(struct dict *d, struct stream *s)
{
	struct event_record r;

	while (read_event(s, &r)) {
		APPEND(d, events) = (struct dict_event){r.frequency, r.period};
		keep(d, &d->event_names, r.name);
		keep(d, &d->event_units, r.unit);
	}
}

static void
take_modules(struct dict *d, struct stream *s)
{
	struct module_record r;

	while (read_module(s, &r)) {
		APPEND(d, modules) = (struct dict_module){
			.kind = r.kind <= MODULE_MARK ? (enum module_kind)r.kind : MODULE_ANON, .pid = r.pid};
		keep(d, &d->paths, r.path);
		keep(d, &d->build_ids, r.build_id);
	}
}

static void
take_symbols(struct dict *d, struct stream *s)
{
	struct symbol_record r;

	while (read_symbol(s, &r)) {
		APPEND(d, symbols) = (struct dict_symbol){(uint32_t)r.module, r.start, r.size};
		keep(d, &d->symbol_names, r.name);
	}
}

static void
take_frames(struct dict *d, struct stream *s)
{
	struct frame_record r;

	while (read_frame(s, &r))
		APPEND(d, frames) = (struct dict_frame){.offset = r.offset, .module = (uint32_t)r.module};
}

static void
take_stacks(struct dict *d, struct stream *s)
{
	struct stack_record r;

	while (read_stack(s, &r)) {
		uint32_t parent = r.parent ? (uint32_t)(d->n_stacks - r.parent) : DICT_NONE;

		APPEND(d, stacks) = (struct dict_stack){parent, (uint32_t)r.frame};
	}
}

static void
take_tasks(struct dict *d, struct stream *s)
{
	struct task_record r;

	while (read_task(s, &r)) {
		APPEND(d, tasks) = (struct dict_task){r.pid, r.tid, r.start};
		keep(d, &d->comms, r.comm);
	}
}

/* Records of one frame that follow each other in a block are its inline chain. */
static void
take_names(struct dict *d, struct stream *s)
{
	struct name_record r;
	uint64_t frame = UINT64_MAX;

	d->named_first = UINT32_MAX;
	d->named_last = 0;
	while (read_name(s, &r)) {
		d->named_first = r.frame < d->named_first ? (uint32_t)r.frame : d->named_first;
		d->named_last = r.frame > d->named_last ? (uint32_t)r.frame : d->named_last;
		if (r.frame == frame)
			d->names[d->n_names - 1].more = 1;
		else
			d->frames[r.frame].names = (uint32_t)d->n_names + 1;
		frame = r.frame;
		APPEND(d, names) = (struct dict_name){.function = (uint32_t)r.function,
						      .source = r.source ? (uint32_t)(r.source - 1) : DICT_NONE,
						      .line = r.line < UINT32_MAX ? (uint32_t)r.line : 0};
	}
}

static void
take_texts(struct dict *d, struct stream *s)
{
	union any_record r;

	if (stream_type(s) == RECORD_function)
		while (read_function(s, &r.function))
			keep(d, &d->functions, r.function.name);
	if (stream_type(s) == RECORD_source)
		while (read_source(s, &r.source))
			keep(d, &d->sources, r.source.path);
}

#define ALL_TEXTS(d)                                                                                                   \
	{                                                                                                              \
		&(d)->event_names, &(d)->event_units, &(d)->paths, &(d)->build_ids, &(d)->symbol_names, &(d)->comms,   \
			&(d)->functions, &(d)->sources, NULL                                                           \
	}

size_t
dict_bytes(const struct dict *d)
{
	const struct texts *all[] = ALL_TEXTS(d);
	size_t n = d->cap_events * sizeof(*d->events) + d->cap_modules * sizeof(*d->modules) +
		   d->cap_symbols * sizeof(*d->symbols) + d->cap_frames * sizeof(*d->frames) +
		   d->cap_stacks * sizeof(*d->stacks) + d->cap_tasks * sizeof(*d->tasks) + d->cap_names * sizeof(*d->names);

	for (const struct texts **t = all; *t; t++)
		n += (*t)->bytes.cap + (*t)->cap * sizeof(*(*t)->ends);
	return n;
}

/* The memory is used again, unless there is much of it. */
static void
clear(struct dict *d)
{
	struct texts *all[] = ALL_TEXTS(d);

	if (dict_bytes(d) > KEPT_MAX) {
		dict_free(d);
		return;
	}
	d->n_events = d->n_modules = d->n_symbols = d->n_frames = d->n_stacks = d->n_tasks = d->n_names = 0;
	for (struct texts **t = all; *t; t++)
		texts_clear(*t);
}

bool
dict_take(struct dict *d, struct stream *s)
{
	static void (*const takers[RECORD_TYPES])(struct dict *, struct stream *) = {
		[RECORD_event] = take_events,	[RECORD_module] = take_modules, [RECORD_symbol] = take_symbols,
		[RECORD_frame] = take_frames,	[RECORD_stack] = take_stacks,	[RECORD_task] = take_tasks,
		[RECORD_function] = take_texts, [RECORD_source] = take_texts,	[RECORD_name] = take_names,
	};
	uint32_t type = stream_type(s);

	if (type == RECORD_segment)
		clear(d);
	if (type >= RECORD_TYPES || !takers[type])
		return false;
	if (!(d->without >> type & 1))
		takers[type](d, s);
	return true;
}

void
dict_free(struct dict *d)
{
	struct texts *all[] = ALL_TEXTS(d);

	for (struct texts **t = all; *t; t++)
		texts_free(*t);
	free(d->events);
	free(d->modules);
	free(d->symbols);
	free(d->frames);
	free(d->stacks);
	free(d->tasks);
	free(d->names);
	*d = (struct dict){.text_max = d->text_max, .without = d->without};
}
