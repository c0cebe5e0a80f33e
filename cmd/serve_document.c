// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's documents for scripts. */
#include "cmd/serve_document.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flame/d3.h"
#include "flame/escape.h"
#include "flame/fold.h"
#include "flame/svg.h"

#define NOT_ASKED UINT32_MAX

enum {
	OFTEN = 1024,	  /* steps until it is seen again whether all fits */
	NODE_LINKS = 24,  /* bytes that drawing a node takes, or nesting it */
	JSON_AROUND = 64, /* and a name, around it */
};

/* ---- what it takes ---- */

static size_t
tree_bytes(const struct tree *t)
{
	return t->cap * (sizeof(*t->nodes) + (t->values[0] ? sizeof(*t->values[0]) : 0)) + table_bytes(&t->table) +
	       intern_table_bytes(&t->names);
}

size_t
document_bytes(const struct document *d)
{
	return tree_bytes(&d->tree) + tree_bytes(&d->whole) + d->text_bytes + intern_table_bytes(&d->groups) +
	       d->cells.cap * sizeof(*d->cells.all) + table_bytes(&d->cells.table) + d->facts.cap + d->events.cap + d->ready_bytes;
}

static bool
fits(const struct document *d, size_t more)
{
	return document_bytes(d) + more <= d->most && !atomic_load(&d->stop);
}

/* ---- taking ---- */

bool
document_choose(struct document *d, enum feed_document which, const char *query, struct buf *why)
{
	d->which = which;
	if (which == FEED_STATS && *query) {
		buf_puts(why, "there is nothing to choose here");
		return false;
	}
	return query_read(&d->query, query, why);
}

static uint32_t
add_text(struct document *d, struct intern *to, const struct buf *b)
{
	size_t before = to->n;
	uint32_t id = intern(to, b->data, b->len);

	d->text_bytes += to->n > before ? b->len + 1 : 0;
	return id;
}

/* By profile node: the tree's node of the same names. NULL: it does not fit. */
static uint32_t *
fold_nodes(struct document *d, const struct profile *p)
{
	uint32_t *names = xcalloc(p->n_frames, sizeof(*names)), *nodes = xcalloc(p->tree.n, sizeof(*nodes));
	size_t ids = p->n_frames * sizeof(*names) + p->tree.n * sizeof(*nodes);
	struct buf b = {0};
	bool good = fits(d, ids);

	for (size_t i = 0; i < p->n_frames && good; i++) {
		struct text name = profile_text(p, p->frames[i].name.raw);

		b.len = 0;
		fold_name(&b, name.data, name.len);
		names[i] = add_text(d, &d->tree.names, &b);
		good = i % OFTEN || fits(d, ids);
	}
	for (uint32_t id = 1; id < p->tree.n && good; id++) {
		nodes[id] = tree_child(&d->tree, nodes[p->tree.nodes[id].parent], names[p->tree.nodes[id].name]);
		good = id % OFTEN || fits(d, ids);
	}
	buf_free(&b);
	free(names);
	if (good)
		return nodes;
	free(nodes);
	return NULL;
}

/* By profile group: the group of the document, NOT_ASKED for those of other events. */
static uint32_t *
fold_groups(struct document *d, const struct profile *p, const bool *events)
{
	uint32_t *groups = xcalloc(p->n_groups, sizeof(*groups));
	struct buf b = {0};

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct profile_task *t = &p->tasks[p->groups[i].task];
		const struct profile_event *e = &p->events[p->groups[i].event];
		struct fold_task who = {
			.event = profile_text(p, e->name.raw), .comm = profile_text(p, t->comm.raw), .pid = t->pid, .tid = t->tid,
			.cpu = p->groups[i].cpu};

		b.len = 0;
		fold_group(&b, &d->query.by, &who);
		groups[i] = events[p->groups[i].event] ? add_text(d, &d->groups, &b) : NOT_ASKED;
	}
	buf_free(&b);
	return groups;
}

static bool
add_cells(struct document *d, const struct history *h, const uint32_t *groups, const uint32_t *nodes, size_t ids)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t c = 0; c < h->spans[i].n; c++) {
			const struct cell *cell = &h->spans[i].cells[c];

			if (groups[cell->group] != NOT_ASKED)
				fold_cells_add(&d->cells, groups[cell->group],
					       nodes[span_node(h, &h->spans[i], cell->place)], cell->count);
			if (c % OFTEN == 0 && !fits(d, ids))
				return false;
		}
	return fits(d, ids);
}

static void
add_json(struct buf *to, const char *name, struct text t)
{
	buf_printf(to, "\"%s\": \"", name);
	escape_json(to, t.data, t.len);
	buf_puts(to, "\", ");
}

static void
put_event(struct buf *to, const struct profile *p, const struct profile_event *e)
{
	const struct event_sums *s = &e->sums;

	buf_puts(to, to->len > 1 ? ", {" : "{");
	add_json(to, "name", profile_text(p, e->name.raw));
	add_json(to, "unit", profile_text(p, e->unit.raw));
	buf_printf(to, "\"frequency\": %llu, \"period\": %llu, \"samples\": %llu, \"value\": %llu, \"lost\": %llu}",
		   (unsigned long long)s->frequency, (unsigned long long)s->period, (unsigned long long)s->samples,
		   (unsigned long long)s->value, (unsigned long long)s->lost);
}

/* The samples are of those events that are shown when none is chosen. */
static void
count(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts)
{
	buf_add(&d->facts, facts->data, facts->len);
	buf_char(&d->events, '[');
	for (size_t i = 0; i < p->n_events; i++) {
		put_event(&d->events, p, &p->events[i]);
		if (p->events[i].unit.raw == p->events[0].unit.raw)
			d->samples += p->events[i].sums.samples;
	}
	buf_char(&d->events, ']');
	d->nodes = p->tree.n - 1;
	d->frames = p->n_frames;
	d->tasks = p->n_tasks;
	d->windows = h->n;
	d->n_cells = h->cells;
}

/* Of the counts that are shown; a number if it says nothing. */
static enum unit
unit_of(const struct profile *p, uint32_t event)
{
	struct text name = event < p->n_events ? profile_text(p, p->events[event].unit.raw) : text_of("", 0);
	enum unit unit = unit_find(name.data, name.len);

	return unit == UNIT_UNKNOWN ? UNIT_SAMPLES : unit;
}

bool
document_take(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts)
{
	uint32_t *nodes, *groups, first;
	bool good, *events;

	if (d->which == FEED_STATS) {
		count(d, p, h, facts);
		return true;
	}
	events = query_events(&d->query, p, &first);
	d->unknown = !events;
	if (!events)
		return false;
	d->unit = unit_of(p, first);
	tree_init(&d->tree, false);
	free(d->tree.values[0]); /* what is counted is in the cells */
	d->tree.values[0] = NULL;
	nodes = fold_nodes(d, p);
	if (!nodes) {
		free(events);
		return false;
	}
	groups = fold_groups(d, p, events);
	free(events);
	good = add_cells(d, h, groups, nodes, p->tree.n * sizeof(*nodes) + p->n_groups * sizeof(*groups));
	free(nodes);
	free(groups);
	return good;
}

/* ---- preparing ---- */
static int
compare_cells(const void *a, const void *b)
{
	const struct fold_cell *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* The node of `to` below `first` that is as `node` of the document's tree; ids[] holds those that are known. */
static uint32_t
copy_path(const struct document *d, struct tree *to, uint32_t *ids, const uint32_t *names, uint32_t first, uint32_t node)
{
	uint32_t path[STACK_DEPTH_MAX + 2], n = 0, at;

	for (at = node; at && !ids[at]; at = d->tree.nodes[at].parent)
		path[n++] = at;
	at = at ? ids[at] : first;
	while (n) {
		at = tree_child(to, at, names[d->tree.nodes[path[--n]].name]);
		ids[path[n]] = at;
	}
	return at;
}

/* Forgets what copy_path() found for these cells. */
static void
forget_paths(const struct document *d, uint32_t *ids, const struct fold_cell *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t at = cells[i].node; at && ids[at]; at = d->tree.nodes[at].parent)
			ids[at] = 0;
}

static void
free_parts(struct document *d)
{
	tree_free(&d->tree);
	intern_free(&d->groups);
	fold_cells_free(&d->cells);
}

/* One tree of all, groups being its first frames, as one that reads the folded text gets it; it takes the place of what it
 * is made of. */
static bool
grow_whole(struct document *d)
{
	uint32_t *ids = xcalloc(d->tree.n, sizeof(*ids)), *names = xcalloc(d->tree.names.n, sizeof(*names)), first = 0;
	size_t start = 0, more = d->tree.n * sizeof(*ids) + d->tree.names.n * sizeof(*names) + d->text_bytes;
	bool good = fits(d, more + d->cells.n * sizeof(*d->cells.all)); /* sorting may take as much again */

	tree_init(&d->whole, false);
	for (uint32_t i = 0; i < d->tree.names.n && good; i++)
		names[i] = intern(&d->whole.names, d->tree.names.all[i].text, d->tree.names.all[i].len);
	if (d->cells.n && good)
		qsort(d->cells.all, d->cells.n, sizeof(*d->cells.all), compare_cells);
	for (size_t i = 0; i < d->cells.n && good; i++) {
		const struct fold_cell *c = &d->cells.all[i];

		if (!i || c->group != c[-1].group) {
			const struct interned *group = &d->groups.all[c->group];

			forget_paths(d, ids, &d->cells.all[start], i - start);
			start = i;
			first = group->len ? tree_child(&d->whole, TREE_ROOT, intern(&d->whole.names, group->text, group->len)) : 0;
		}
		tree_add(&d->whole, copy_path(d, &d->whole, ids, names, first, c->node), 0, c->count);
		good = fits(d, more);
	}
	free(ids);
	free(names);
	free_parts(d);
	return good;
}

/* As pb-svg draws without options but --unit. */
static void
draw(struct document *d)
{
	struct svg_options picture = {
		.font = "Verdana, DejaVu Sans, sans-serif",
		.count_name = "samples",
		.unit = d->unit,
		.name_type = "Function:",
		.width = 1200,
		.frame_height = 16,
		.fluid = true,
		.font_size = 12,
		.min_width = 0.1,
		.factor = 1,
		.colouring = {.palette = palette_find(NULL)},
	};
	struct err err;

	background_find(NULL, picture.colouring.palette, &picture.background);
	d->svg = svg_open(&picture, &d->whole, 0, &err);
}

/* What a tree's names take as the JSON writer keeps them. */
static size_t
json_bytes(const struct tree *t)
{
	struct buf b = {0};
	size_t n = 0;

	for (size_t i = 0; i < t->names.n; i++) {
		b.len = 0;
		escape_json(&b, t->names.all[i].text, t->names.all[i].len);
		n += b.len + JSON_AROUND;
	}
	buf_free(&b);
	return n + n / 2; /* the room it grows into */
}

static bool
prepare_folded(struct document *d)
{
	size_t more = fold_lines_bytes(d->cells.n, d->tree.n, d->groups.n);

	if (!fits(d, more))
		return false;
	d->lines = fold_lines_open(&d->cells, &d->tree, &d->groups);
	fold_cells_free(&d->cells);
	d->ready_bytes = more;
	return true;
}

bool
document_prepare(struct document *d)
{
	size_t more;

	if (d->which == FEED_STATS)
		return true;
	if (d->which == FEED_FOLDED)
		return prepare_folded(d);
	if (!grow_whole(d))
		return false;
	more = d->whole.n * NODE_LINKS + (d->which == FEED_TREE_JSON ? json_bytes(&d->whole) : 0);
	if (!fits(d, more))
		return false;
	if (d->which == FEED_FLAME_SVG)
		draw(d);
	else
		d->d3 = d3_open(&d->whole, 0, &(struct d3_options){.root = "all"}); /* as pb-d3 does without options */
	d->ready_bytes = more;
	return true;
}

/* ---- writing ---- */

static void
put_figures(const struct document *d, struct buf *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{"samples", d->samples}, {"nodes", d->nodes},   {"frames", d->frames}, {"tasks", d->tasks},
		{"windows", d->windows}, {"cells", d->n_cells}, {"memory", d->bytes},  {"memory_limit", d->cap},
		{"held", d->held},	 {"silent", d->silent}, {"epoch", d->epoch},   {"at", d->at},
	};

	buf_add(out, d->facts.data, d->facts.len - 1);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		buf_printf(out, ", \"%s\": %llu", figures[i].name, (unsigned long long)figures[i].value);
	buf_puts(out, ", \"events\": ");
	buf_add(out, d->events.data, d->events.len);
	buf_puts(out, "}\n");
}

/* What comes after all other parts. */
static void
put_end(const struct document *d, struct buf *out)
{
	if (d->which == FEED_STATS)
		put_figures(d, out);
	if (d->which == FEED_TREE_JSON)
		buf_char(out, '\n');
	if (d->which == FEED_FLAME_SVG && !d->svg)
		buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"40\"><text x=\"10\" y=\"25\">"
			      "no samples yet</text></svg>\n");
}

bool
document_more(struct document *d, struct buf *out)
{
	if (d->ended)
		return false;
	if ((d->lines && fold_lines_more(d->lines, out)) || (d->d3 && d3_more(d->d3, out)) || (d->svg && svg_more(d->svg, out)))
		return true;
	d->ended = true;
	put_end(d, out);
	return true;
}

void
document_free(struct document *d)
{
	if (d->lines)
		fold_lines_close(d->lines);
	if (d->d3)
		d3_close(d->d3);
	if (d->svg)
		svg_close(d->svg);
	d->lines = NULL;
	d->d3 = NULL;
	d->svg = NULL;
	d->ready_bytes = 0;
	free_parts(d);
	tree_free(&d->whole);
	buf_free(&d->facts);
	buf_free(&d->events);
}
