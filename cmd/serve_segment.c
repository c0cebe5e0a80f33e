// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-serve has read of the stream and not yet entered. */
#include "cmd/serve_segment.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "stream/samples.h"

enum {
	WINDOWS_MAX = 4096,  /* kept until they are entered */
	LOSSES_MAX = 65536,  /* of events in windows, likewise */
	CAUSES_MAX = 4096,   /* of losses; recorders know a handful */
	FACT_MAX = 4096,     /* bytes of a text in the facts */
};

/* ---- windows ---- */

static uint64_t
clamped_sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void
begin_window(struct segment *g, uint64_t start, uint64_t end, bool continues)
{
	GROW(g->windows, g->n_windows, g->cap_windows);
	if (!g->n_windows)
		g->continues = continues;
	g->windows[g->n_windows++] = (struct read_window){
		.start = start, .end = end, .first = g->n_cells, .first_loss = g->n_losses};
	if (g->cell_table.mask > 4095)
		table_free(&g->cell_table);
	else
		table_clear(&g->cell_table);
	g->in_window = true;
	g->start = start;
	g->end = end;
}

/* The window that samples and losses go to. Samples without one are the segment's. */
static struct read_window *
current_window(struct segment *g)
{
	if (!g->in_window)
		begin_window(g, g->realtime, g->realtime, false);
	else if (!g->n_windows)
		begin_window(g, g->start, g->end, true);
	return &g->windows[g->n_windows - 1];
}

static void
set_fact(struct buf *b, struct text t)
{
	b->len = 0;
	buf_add(b, t.data, t.len < FACT_MAX ? t.len : FACT_MAX);
}

static void
choose(struct segment *g, uint32_t event)
{
	size_t before = g->events.n;
	const struct dict_event *e = &g->dict.events[event];
	struct event_sums *sums;

	g->event = events_meet(&g->events, texts_get(&g->dict.event_names, event), texts_get(&g->dict.event_units, event));
	g->has_values = events_have_values(&g->events, g->event);
	g->changed |= g->events.n > before;
	if (g->event == EVENT_TOO_MANY)
		return;
	sums = &g->events.all[g->event].sums;
	g->changed |= !g->event && (sums->frequency != e->frequency || sums->period != e->period);
	sums->frequency = e->frequency;
	sums->period = e->period;
}

/* The sums of the event that samples and losses are of, NULL when there was no room for it. */
static struct event_sums *
current_event(struct segment *g)
{
	if (g->event == EVENT_NOT_YET)
		g->event = events_meet_none(&g->events);
	return g->event == EVENT_TOO_MANY ? NULL : &g->events.all[g->event].sums;
}

/* Several events can share a window. */
static bool
take_windows(struct segment *g, struct stream *s)
{
	struct window_record r;
	uint64_t start, end;

	while (g->n_windows < WINDOWS_MAX && g->n_losses < LOSSES_MAX) {
		if (!read_window(s, &r))
			return true;
		choose(g, (uint32_t)r.event);
		start = clamped_sum(g->realtime, r.start);
		end = clamped_sum(g->realtime, r.end > r.start ? r.end : r.start);
		if (!g->in_window || g->start != start || g->end != end)
			begin_window(g, start, end, false);
	}
	return false;
}

/* ---- samples ---- */

static uint32_t
member_of(struct segment *g, uint32_t task, uint64_t cpu)
{
	uint64_t hash = hash_pair((uint64_t)g->event << 32 | task, cpu);
	struct table_probe p = table_probe(&g->member_table, hash);
	uint32_t i;

	while (table_next(&g->member_table, &p, &i))
		if (g->members[i].task == task && g->members[i].cpu == cpu && g->members[i].event == g->event)
			return i;
	GROW(g->members, g->n_members, g->cap_members);
	g->members[g->n_members] = (struct member){.task = task, .cpu = cpu, .event = g->event};
	table_insert(&g->member_table, hash, (uint32_t)g->n_members);
	return (uint32_t)g->n_members++;
}

static void
add_to_cell(struct segment *g, uint32_t stack, uint32_t member, uint64_t n)
{
	uint64_t hash = hash_pair(stack, member);
	struct table_probe p = table_probe(&g->cell_table, hash);
	uint32_t i;

	while (table_next(&g->cell_table, &p, &i))
		if (g->cells[i].stack == stack && g->cells[i].member == member) {
			g->cells[i].count += n;
			return;
		}
	GROW(g->cells, g->n_cells, g->cap_cells);
	g->cells[g->n_cells] = (struct read_cell){stack, member, n};
	table_insert(&g->cell_table, hash, (uint32_t)g->n_cells++);
}

static void
count_sample(struct segment *g, struct stream *s, const struct samples *r)
{
	uint64_t value = g->has_values ? r->value : r->count;
	struct event_sums *sums;

	if ((!r->count && !value) || !account_samples(&g->account, s, r->count) || (g->has_values && !account_values(&g->account, s, value)))
		return;
	g->changed = true;
	sums = current_event(g);
	if (!sums) {
		g->events.left_out += r->count;
		return;
	}
	sums->samples += r->count;
	sums->value += value;
	current_window(g)->samples += r->count;
	if (value)
		add_to_cell(g, (uint32_t)r->stack, member_of(g, (uint32_t)r->task, r->cpu), value);
}

static bool
take_samples(struct segment *g, struct stream *s)
{
	struct samples r;

	while (g->n_cells < g->most_cells) {
		if (!read_samples(s, &r))
			return true;
		count_sample(g, s, &r);
	}
	return false;
}

/* ---- blocks ---- */

static void
add_loss(struct segment *g, uint64_t n)
{
	struct event_sums *sums = current_event(g);
	const struct read_window *w = current_window(g);
	size_t i = w->first_loss;

	if (!sums)
		return;
	sums->lost += n;
	while (i < g->n_losses && g->losses[i].event != g->event)
		i++;
	if (i == g->n_losses) {
		GROW(g->losses, g->n_losses, g->cap_losses);
		g->losses[g->n_losses++] = (struct loss){.event = g->event};
	}
	g->losses[i].lost += n;
}

/* The losses of events that there was no room for show in the account alone. */
static void
take_losses(struct segment *g, struct stream *s, uint64_t before)
{
	g->changed = true;
	if (g->account.lost.names.n + g->account.losses.names.n + g->account.tally_losses.names.n > CAUSES_MAX)
		stream_reject(s, "more than 4096 causes of losses");
	if (g->account.losses.total > before)
		add_loss(g, g->account.losses.total - before);
}

static void
take_names(struct segment *g, struct stream *s)
{
	size_t before = g->dict.n_names;

	dict_take(&g->dict, s);
	for (size_t i = g->dict.named_first; i <= g->dict.named_last && !g->renamed; i++)
		g->renamed = g->dict.frames[i].names > before && stack_nodes_called(&g->nodes, (uint32_t)i);
}

bool
segment_take(struct segment *g, struct stream *s)
{
	uint64_t lost = g->account.losses.total;
	uint32_t type = stream_type(s);

	if (type == RECORD_window)
		return take_windows(g, s);
	if (has_samples(type))
		return take_samples(g, s);
	if (type == RECORD_end)
		g->ended = true;
	if (type == RECORD_name)
		take_names(g, s);
	else if (account_take(&g->account, s))
		take_losses(g, s, lost);
	else
		dict_take(&g->dict, s);
	return true;
}

void
segment_begin(struct segment *g, struct stream *s)
{
	struct segment_record r = {0};

	account_close(&g->account);
	stack_nodes_forget(&g->nodes);
	table_free(&g->member_table);
	free(g->members);
	g->members = NULL;
	g->n_members = g->cap_members = 0;
	g->event = EVENT_NOT_YET;
	g->changed = true;
	g->in_window = g->renamed = g->has_values = false;
	if (!s) {
		dict_free(&g->dict);
		return;
	}
	g->ended = false;
	dict_take(&g->dict, s);
	if (!read_segment(s, &r))
		return;
	g->realtime = r.realtime;
	g->cpus = r.cpus;
	set_fact(&g->host, r.host);
	set_fact(&g->release, r.release);
	set_fact(&g->command, r.command);
}

/* ---- entering ---- */

bool
segment_has_samples(const struct segment *g)
{
	return g->n_windows > 0;
}

static uint32_t
group_of(struct segment *g, uint32_t member)
{
	struct member *m = &g->members[member];
	const struct dict_task *t = &g->dict.tasks[m->task];
	uint32_t task;

	if (!m->group) {
		task = profile_task(g->profile, t->pid, t->tid, texts_get(&g->dict.comms, m->task));
		m->group = profile_group(g->profile, task, m->cpu, m->event) + 1;
	}
	return m->group - 1;
}

/* Enters cells of a window until its end, or the tree has become `most` nodes large. */
static void
enter_cells(struct segment *g, const struct history *h, size_t end, size_t most, struct span *s)
{
	size_t n = end - g->entered_cells;

	s->cells = xreallocarray(NULL, n, sizeof(*s->cells));
	for (; g->entered_cells < end && g->profile->tree.n <= most; s->n++) {
		const struct read_cell *c = &g->cells[g->entered_cells++];

		stack_node(&g->nodes, c->stack);
		s->cells[s->n] = (struct cell){c->stack, group_of(g, c->member), c->count};
	}
	s->n = history_sort(h, true, s->cells, s->n);
	if (s->n < n)
		s->cells = xreallocarray(s->cells, s->n, sizeof(*s->cells));
}

/* What a window has besides cells. */
static void
enter_losses(struct segment *g, size_t i, struct span *s)
{
	const struct read_window *w = &g->windows[i];
	size_t end = i + 1 < g->n_windows ? w[1].first_loss : g->n_losses;

	s->samples = w->samples;
	s->n_losses = end - w->first_loss;
	if (!s->n_losses)
		return;
	s->losses = xreallocarray(NULL, s->n_losses, sizeof(*s->losses));
	memcpy(s->losses, g->losses + w->first_loss, s->n_losses * sizeof(*s->losses));
}

bool
segment_enter(struct segment *g, const struct history *h, size_t most_nodes,
	      void (*each)(void *to, struct span *s, bool continues), void *to)
{
	size_t most = g->profile->tree.n + most_nodes;

	profile_take_events(g->profile, &g->events);
	for (; g->entered_windows < g->n_windows; g->entered_windows++) {
		size_t i = g->entered_windows;
		const struct read_window *w = &g->windows[i];
		bool begun = g->entered_cells > w->first;
		struct span s = {.start = w->start, .end = w->end, .windows = 1, .by_stack = true};
		size_t end = i + 1 < g->n_windows ? w[1].first : g->n_cells;

		if (!begun)
			enter_losses(g, i, &s);
		enter_cells(g, h, end, most, &s);
		each(to, &s, begun || (!i && g->continues));
		if (g->entered_cells < end)
			return false;
	}
	g->n_windows = g->n_cells = g->n_losses = g->entered_windows = g->entered_cells = 0;
	table_free(&g->cell_table);
	return true;
}

/* The members stay: cells that are yet to be entered have them. */
void
segment_forget_groups(struct segment *g)
{
	for (size_t i = 0; i < g->n_members; i++)
		g->members[i].group = 0;
}

/* ---- names ---- */

static uint32_t
kind_of(const struct segment *g, uint32_t frame, uint32_t nth, uint32_t function)
{
	if (frame == DICT_NONE || (nth && function == DICT_NONE))
		return FRAME_MARK;
	if (nth)
		return FRAME_INLINED;
	switch (g->dict.modules[g->dict.frames[frame].module].kind) {
	case MODULE_KERNEL:
		return FRAME_KERNEL;
	case MODULE_JIT:
		return FRAME_JIT;
	case MODULE_MARK:
		return FRAME_MARK;
	case MODULE_ANON:
		return function == DICT_NONE ? FRAME_MARK : FRAME_USER;
	default:
		return FRAME_USER;
	}
}

static uint32_t
call(void *to, uint32_t frame, uint32_t nth, struct text name, uint32_t function)
{
	struct segment *g = to;
	uint32_t kind = kind_of(g, frame, nth, function);
	struct text module = kind == FRAME_MARK ? text_of("", 0) : name_module(&g->dict, g->dict.frames[frame].module);

	return profile_frame(g->profile, name, module, kind);
}

void
segment_init(struct segment *g, struct profile *p, size_t most_cells)
{
	*g = (struct segment){.profile = p, .most_cells = most_cells, .event = EVENT_NOT_YET};
	g->dict.text_max = PROFILE_NAME_MAX + 1; /* one more: it shows that they are to be cut */
	g->dict.without = 1u << RECORD_symbol | 1u << RECORD_source;
	g->nodes.dict = &g->dict;
	g->nodes.tree = &p->tree;
	g->nodes.call = call;
	g->nodes.to = g;
}

size_t
segment_bytes(const struct segment *g)
{
	size_t n = stack_nodes_bytes(&g->nodes) + dict_bytes(&g->dict);

	n += g->cap_members * sizeof(*g->members) + g->cap_windows * sizeof(*g->windows) + g->cap_cells * sizeof(*g->cells);
	n += g->cap_losses * sizeof(*g->losses) + events_bytes(&g->events);
	n += table_bytes(&g->member_table) + table_bytes(&g->cell_table);
	return n;
}

void
segment_free(struct segment *g)
{
	struct buf *texts[] = {&g->host, &g->release, &g->command};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_free(texts[i]);
	dict_free(&g->dict);
	stack_nodes_free(&g->nodes);
	sums_free(&g->account.lost);
	sums_free(&g->account.losses);
	sums_free(&g->account.tally_losses);
	table_free(&g->member_table);
	table_free(&g->cell_table);
	free(g->members);
	free(g->windows);
	free(g->cells);
	free(g->losses);
	events_free(&g->events);
}
