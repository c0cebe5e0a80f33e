// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's documents for scripts. */
#include "cmd/serve_document.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flame/d3.h"
#include "flame/fold.h"
#include "flame/svg.h"

/* ---- taking ---- */

bool
document_choose(struct document *d, enum feed_document which, const char *query, struct buf *why)
{
	static const struct {
		const char *query;
		struct fold_groups by;
	} choices[] = {
		{"", {0}},
		{"by=name", {0}},
		{"by=none", {.no_comm = true}},
		{"by=process", {.by_pid = true}},
		{"by=thread", {.by_tid = true}},
		{"by=cpu", {.by_cpu = true, .no_comm = true}},
	};

	d->which = which;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (!strcmp(query, choices[i].query) && (which != FEED_STATS || !i)) {
			d->by = choices[i].by;
			return true;
		}
	buf_puts(why, which == FEED_STATS ? "there is nothing to choose here"
					  : "by=name, by=none, by=process, by=thread and by=cpu are known");
	return false;
}

/* By profile node: the tree's node of the same names. */
static uint32_t *
fold_nodes(struct document *d, const struct profile *p)
{
	uint32_t *names = xcalloc(p->n_frames, sizeof(*names)), *nodes = xcalloc(p->tree.n, sizeof(*nodes));
	struct buf b = {0};

	for (size_t i = 0; i < p->n_frames; i++) {
		struct text name = profile_text(p, p->frames[i].name.raw);

		b.len = 0;
		fold_name(&b, name.data, name.len);
		names[i] = intern(&d->tree.names, b.data, b.len);
	}
	for (uint32_t id = 1; id < p->tree.n; id++)
		nodes[id] = tree_child(&d->tree, nodes[p->tree.nodes[id].parent], names[p->tree.nodes[id].name]);
	buf_free(&b);
	free(names);
	return nodes;
}

/* By profile group: the group of the document. */
static uint32_t *
fold_groups(struct document *d, const struct profile *p)
{
	uint32_t *groups = xcalloc(p->n_groups, sizeof(*groups));
	struct buf b = {0};

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct profile_task *t = &p->tasks[p->groups[i].task];

		b.len = 0;
		fold_group(&b, &d->by, profile_text(p, t->comm.raw), t->pid, t->tid, p->groups[i].cpu);
		groups[i] = intern(&d->groups, b.data, b.len);
	}
	buf_free(&b);
	return groups;
}

static void
count(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts)
{
	buf_add(&d->facts, facts->data, facts->len);
	d->nodes = p->tree.n - 1;
	d->frames = p->n_frames;
	d->tasks = p->n_tasks;
	d->windows = h->n;
	d->n_cells = h->cells;
	for (size_t i = 0; i < h->n; i++)
		d->samples += h->spans[i].samples;
}

void
document_take(struct document *d, const struct profile *p, const struct history *h, const struct buf *facts)
{
	uint32_t *nodes, *groups;

	if (d->which == FEED_STATS) {
		count(d, p, h, facts);
		return;
	}
	tree_init(&d->tree, false);
	nodes = fold_nodes(d, p);
	groups = fold_groups(d, p);
	for (size_t i = 0; i < h->n; i++)
		for (size_t c = 0; c < h->spans[i].n; c++) {
			const struct cell *cell = &h->spans[i].cells[c];

			fold_cells_add(&d->cells, groups[cell->group], nodes[span_node(h, &h->spans[i], cell->place)],
				       cell->count);
		}
	free(nodes);
	free(groups);
}

/* ---- writing ---- */

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

/* One tree of all, groups being its first frames, as one that reads the folded text gets it. */
static void
grow_whole(struct document *d, struct tree *whole)
{
	uint32_t *ids = xcalloc(d->tree.n, sizeof(*ids)), *names = xcalloc(d->tree.names.n, sizeof(*names)), first = 0;
	size_t start = 0;

	tree_init(whole, false);
	for (uint32_t i = 0; i < d->tree.names.n; i++)
		names[i] = intern(&whole->names, d->tree.names.all[i].text, d->tree.names.all[i].len);
	if (d->cells.n)
		qsort(d->cells.all, d->cells.n, sizeof(*d->cells.all), compare_cells);
	for (size_t i = 0; i < d->cells.n; i++) {
		const struct fold_cell *c = &d->cells.all[i];

		if (!i || c->group != c[-1].group) {
			const struct interned *group = &d->groups.all[c->group];

			forget_paths(d, ids, &d->cells.all[start], i - start);
			start = i;
			first = group->len ? tree_child(whole, TREE_ROOT, intern(&whole->names, group->text, group->len)) : 0;
		}
		tree_add(whole, copy_path(d, whole, ids, names, first, c->node), 0, c->count);
	}
	free(ids);
	free(names);
}

static void
add_out(void *to, const void *data, size_t len)
{
	buf_add(to, data, len);
}

/* As pb-svg draws without options. */
static void
draw(struct tree *whole, struct buf *out)
{
	struct svg_options picture = {
		.font = "Verdana, DejaVu Sans, sans-serif",
		.count_name = "samples",
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
	if (svg_draw(&picture, whole, 0, out, &err))
		buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"40\"><text x=\"10\" y=\"25\">"
			      "no samples yet</text></svg>\n");
}

/* As pb-d3 does without options. */
static void
nest(const struct tree *whole, struct buf *out)
{
	struct d3 *d3 = d3_open(whole, 0, &(struct d3_options){.root = "all"});

	while (d3_more(d3, out))
		;
	buf_char(out, '\n');
	d3_close(d3);
}

static void
put_figures(const struct document *d, struct buf *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{"samples", d->samples}, {"nodes", d->nodes},   {"frames", d->frames}, {"tasks", d->tasks},
		{"windows", d->windows}, {"cells", d->n_cells}, {"memory", d->bytes},  {"memory_limit", d->cap},
		{"held", d->held},	 {"epoch", d->epoch},	{"at", d->at},
	};

	buf_add(out, d->facts.data, d->facts.len - 1);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		buf_printf(out, ", \"%s\": %llu", figures[i].name, (unsigned long long)figures[i].value);
	buf_puts(out, "}\n");
}

void
document_write(struct document *d, struct buf *out)
{
	struct tree whole;

	if (d->which == FEED_STATS) {
		put_figures(d, out);
		buf_free(&d->facts);
		return;
	}
	if (d->which == FEED_FOLDED) {
		fold_lines(&d->cells, &d->tree, &d->groups, add_out, out);
	} else {
		grow_whole(d, &whole);
		if (d->which == FEED_FLAME_SVG)
			draw(&whole, out);
		else
			nest(&whole, out);
		tree_free(&whole);
	}
	tree_free(&d->tree);
	intern_free(&d->groups);
	fold_cells_free(&d->cells);
}
