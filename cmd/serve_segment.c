// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-serve has read of the stream and not yet entered. */
#include "cmd/serve_segment.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "stream/stream.h"

enum {
	WINDOWS_MAX = 4096,  /* kept until they are entered */
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
	g->windows[g->n_windows++] = (struct read_window){.start = start, .end = end, .first = g->n_cells};
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

static bool
is_same(const struct buf *a, struct text b)
{
	return a->len == b.len && (!b.len || !memcmp(a->data, b.data, b.len));
}

/* Events are added up that count the same thing as the first one. */
static void
choose(struct segment *g, uint32_t event)
{
	struct text unit = texts_get(&g->dict.event_units, event);

	if (!g->unit_known)
		buf_add(&g->first_unit, unit.data, unit.len);
	g->unit_known = true;
	g->wanted = is_same(&g->first_unit, unit);
	if (!g->wanted)
		return;
	g->changed |= !is_same(&g->event, texts_get(&g->dict.event_names, event));
	set_fact(&g->event, texts_get(&g->dict.event_names, event));
	set_fact(&g->unit, unit);
	g->frequency = g->dict.events[event].frequency;
	g->period = g->dict.events[event].period;
}

/* Several events can share a window. */
static bool
take_windows(struct segment *g, struct stream *s)
{
	struct window_record r;
	uint64_t start, end;

	while (g->n_windows < WINDOWS_MAX) {
		if (!read_window(s, &r))
			return true;
		choose(g, (uint32_t)r.event);
		start = clamped_sum(g->realtime, r.start);
		end = clamped_sum(g->realtime, r.end > r.start ? r.end : r.start);
		if (g->wanted && (!g->in_window || g->start != start || g->end != end))
			begin_window(g, start, end, false);
	}
	return false;
}

/* ---- samples ---- */

static uint32_t
member_of(struct segment *g, uint32_t task, uint64_t cpu)
{
	uint64_t hash = hash_pair(task, cpu);
	struct table_probe p = table_probe(&g->member_table, hash);
	uint32_t i;

	while (table_next(&g->member_table, &p, &i))
		if (g->members[i].task == task && g->members[i].cpu == cpu)
			return i;
	GROW(g->members, g->n_members, g->cap_members);
	g->members[g->n_members] = (struct member){.task = task, .cpu = cpu};
	table_insert(&g->member_table, hash, (uint32_t)g->n_members);
	return (uint32_t)g->n_members++;
}

static void
count_sample(struct segment *g, struct stream *s, uint64_t task, uint64_t cpu, uint64_t stack, uint64_t n)
{
	uint32_t member, i;
	struct table_probe p;
	uint64_t hash;

	if (!n || !account_samples(&g->account, s, n))
		return;
	g->changed = true;
	if (!g->wanted) {
		g->left_out += n;
		return;
	}
	current_window(g);
	member = member_of(g, (uint32_t)task, cpu);
	hash = hash_pair(stack, member);
	p = table_probe(&g->cell_table, hash);
	while (table_next(&g->cell_table, &p, &i))
		if (g->cells[i].stack == stack && g->cells[i].member == member) {
			g->cells[i].count += n;
			return;
		}
	GROW(g->cells, g->n_cells, g->cap_cells);
	g->cells[g->n_cells] = (struct read_cell){(uint32_t)stack, member, n};
	table_insert(&g->cell_table, hash, (uint32_t)g->n_cells++);
}

static bool
take_samples(struct segment *g, struct stream *s)
{
	struct sample_record sample;
	struct timed_record timed;

	while (g->n_cells < g->most_cells) {
		if (stream_type(s) == RECORD_sample ? !read_sample(s, &sample) : !read_timed(s, &timed))
			return true;
		if (stream_type(s) == RECORD_sample)
			count_sample(g, s, sample.task, sample.cpu, sample.stack, sample.count);
		else
			count_sample(g, s, timed.task, timed.cpu, timed.stack, 1);
	}
	return false;
}

/* ---- blocks ---- */

/* The losses of windows whose event is not counted show in the account alone. */
static void
take_losses(struct segment *g, struct stream *s, uint64_t before)
{
	g->changed = true;
	if (g->account.lost.names.n + g->account.losses.names.n + g->account.tally_losses.names.n > CAUSES_MAX)
		stream_reject(s, "more than 4096 causes of losses");
	if (g->wanted && g->account.losses.total > before)
		current_window(g)->lost += g->account.losses.total - before;
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
	if (type == RECORD_sample || type == RECORD_timed)
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
	g->wanted = g->changed = true;
	g->in_window = g->renamed = false;
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
		m->group = profile_group(g->profile, task, m->cpu) + 1;
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
		s->samples += c->count;
	}
	s->n = history_sort(h, true, s->cells, s->n);
	if (s->n < n)
		s->cells = xreallocarray(s->cells, s->n, sizeof(*s->cells));
}

bool
segment_enter(struct segment *g, const struct history *h, size_t most_nodes,
	      void (*each)(void *to, struct span *s, bool continues), void *to)
{
	size_t most = g->profile->tree.n + most_nodes;

	for (; g->entered_windows < g->n_windows; g->entered_windows++) {
		size_t i = g->entered_windows;
		const struct read_window *w = &g->windows[i];
		bool begun = g->entered_cells > w->first;
		struct span s = {.start = w->start, .end = w->end, .lost = begun ? 0 : w->lost, .windows = 1, .by_stack = true};
		size_t end = i + 1 < g->n_windows ? w[1].first : g->n_cells;

		enter_cells(g, h, end, most, &s);
		each(to, &s, begun || (!i && g->continues));
		if (g->entered_cells < end)
			return false;
	}
	g->n_windows = g->n_cells = g->entered_windows = g->entered_cells = 0;
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
	*g = (struct segment){.profile = p, .most_cells = most_cells, .wanted = true};
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
	n += table_bytes(&g->member_table) + table_bytes(&g->cell_table);
	return n;
}

void
segment_free(struct segment *g)
{
	struct buf *texts[] = {&g->host, &g->release, &g->command, &g->event, &g->unit, &g->first_unit};

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
}
