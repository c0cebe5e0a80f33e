// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells as sorted folded lines, part by part. */
#include "cmd/fold_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "flame/fold.h"

enum { PART = 64 << 10, TEXT_KEPT = 64 << 10 };

void
fold_cells_add(struct fold_cells *c, uint32_t group, uint32_t node, uint64_t count)
{
	uint64_t hash = hash_pair(group, node);
	struct table_probe p = table_probe(&c->table, hash);
	uint32_t i;

	while (table_next(&c->table, &p, &i))
		if (c->all[i].group == group && c->all[i].node == node) {
			c->all[i].count += count;
			return;
		}
	if (c->n >= UINT32_MAX - 1)
		die("out of memory");
	GROW(c->all, c->n, c->cap);
	c->all[c->n] = (struct fold_cell){group, node, count};
	table_insert(&c->table, hash, (uint32_t)c->n++);
}

void
fold_cells_free(struct fold_cells *c)
{
	free(c->all);
	table_free(&c->table);
	*c = (struct fold_cells){0};
}

/* "comm", "comm-PID", "comm-PID/TID"; without comm "[PID]", "[PID/TID]". */
static void
put_task(struct buf *to, const struct fold_groups *g, const struct fold_task *task)
{
	struct buf name = {0};

	if (!g->no_comm && task->comm.len)
		buf_add(&name, task->comm.data, task->comm.len);
	else if (!g->no_comm)
		buf_puts(&name, "[unnamed]");
	if (g->by_pid || g->by_tid) {
		buf_char(&name, g->no_comm ? '[' : '-');
		buf_decimal(&name, task->pid);
	}
	if (g->by_tid) {
		buf_char(&name, '/');
		buf_decimal(&name, task->tid);
	}
	if (g->no_comm)
		buf_char(&name, ']');
	fold_name(to, name.data, name.len);
	buf_free(&name);
}

/* "[cycles]" */
static void
put_event(struct buf *to, struct text event)
{
	struct buf name = {0};

	buf_char(&name, '[');
	if (event.len)
		buf_add(&name, event.data, event.len);
	else
		buf_puts(&name, event.data ? "unnamed" : "no event");
	buf_char(&name, ']');
	fold_name(to, name.data, name.len);
	buf_free(&name);
}

void
fold_group(struct buf *to, const struct fold_groups *g, const struct fold_task *task)
{
	bool with_task = !g->no_comm || g->by_pid || g->by_tid;

	if (g->by_event)
		put_event(to, task->event);
	if (g->by_event && (g->by_cpu || with_task))
		buf_char(to, ';');
	if (g->by_cpu)
		buf_printf(to, "[cpu %llu]", (unsigned long long)task->cpu);
	if (g->by_cpu && with_task)
		buf_char(to, ';');
	if (with_task)
		put_task(to, g, task);
}

/* A cell with its place in the output. */
struct line {
	uint32_t group, node; /* ranks: places in the order of all groups, of all nodes */
	uint64_t count;
};

/* What is to be written, in order, and the path of the node written last: its nodes, and the text of the first of its
 * frames, with where each of them ends. A path can be many times longer than what is kept of it. */
struct fold_lines {
	const struct tree *tree;
	const struct interned **groups;
	uint32_t *sorted; /* nodes in order */
	uint32_t *depths; /* by node */
	struct line *lines;
	size_t n, at;
	uint32_t *nodes; /* by depth */
	size_t *ends;	 /* by depth */
	uint32_t depth;	 /* of the path */
	uint32_t kept;	 /* frames of it in the text */
	uint32_t next;	 /* frame of this line to be written, 0 when it was not begun */
	struct buf text;
};

/* Frame by frame: a semicolon comes before all other bytes. */
static int
compare_frames(const void *a, const void *b)
{
	const struct interned *x = *(const struct interned *const *)a, *y = *(const struct interned *const *)b;
	uint32_t n = x->len < y->len ? x->len : y->len, i = 0;

	while (i < n && x->text[i] == y->text[i])
		i++;
	if (i == n)
		return x->len < y->len ? -1 : x->len > y->len;
	if (x->text[i] == ';' || y->text[i] == ';')
		return x->text[i] == ';' ? -1 : 1;
	return (unsigned char)x->text[i] < (unsigned char)y->text[i] ? -1 : 1;
}

/* The groups in order; ranks[] by id. */
static const struct interned **
sort_groups(const struct intern *groups, uint32_t *ranks)
{
	const struct interned **sorted = xreallocarray(NULL, groups->n, sizeof(*sorted));

	for (size_t i = 0; i < groups->n; i++)
		sorted[i] = &groups->all[i];
	qsort(sorted, groups->n, sizeof(*sorted), compare_frames);
	for (size_t i = 0; i < groups->n; i++)
		ranks[sorted[i] - groups->all] = (uint32_t)i;
	return sorted;
}

/* The nodes in order, depth first; ranks[] and depths[] by id. */
static uint32_t *
sort_nodes(const struct tree *t, uint32_t *ranks, uint32_t *depths)
{
	uint32_t *sorted = xcalloc(t->n, sizeof(*sorted)), n = 0, depth = 0;
	struct tree_links links;

	tree_link(t, true, &links);
	depths[TREE_ROOT] = 0;
	for (uint32_t id = TREE_ROOT; (id = tree_next(t, &links, id, &depth));) {
		ranks[id] = n;
		depths[id] = depth;
		sorted[n++] = id;
	}
	tree_links_free(&links);
	return sorted;
}

static int
compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static void
start_group(struct fold_lines *f, const struct interned *group)
{
	f->text.len = 0;
	buf_add(&f->text, group->text, group->len);
	f->depth = f->kept = 0;
	f->nodes[0] = TREE_ROOT;
	f->ends[0] = f->text.len;
}

/* The frame of the path at this depth, with what parts it from the one before. */
static void
add_frame(const struct fold_lines *f, uint32_t depth, struct buf *to)
{
	const struct interned *name = &f->tree->names.all[f->tree->nodes[f->nodes[depth]].name];

	if (depth > 1 || f->ends[0])
		buf_char(to, ';');
	buf_add(to, name->text, name->len);
}

/* Makes the path that of a node, keeping what it has in common with the one before. */
static void
go_to(struct fold_lines *f, uint32_t node)
{
	uint32_t depth = f->depths[node], common = depth;

	for (uint32_t id = node; common > f->depth || f->nodes[common] != id; id = f->tree->nodes[id].parent)
		f->nodes[common--] = id;
	f->depth = depth;
	f->kept = common < f->kept ? common : f->kept;
	f->text.len = f->ends[f->kept];
	while (f->kept < depth && f->text.len < TEXT_KEPT) {
		add_frame(f, ++f->kept, &f->text);
		f->ends[f->kept] = f->text.len;
	}
}

static void
begin_line(struct fold_lines *f, struct buf *out)
{
	const struct line *line = &f->lines[f->at];

	if (!f->at || line->group != line[-1].group)
		start_group(f, f->groups[line->group]);
	go_to(f, f->sorted[line->node]);
	buf_add(out, f->text.data, f->text.len);
	f->next = f->kept + 1;
}

bool
fold_lines_more(struct fold_lines *f, struct buf *out)
{
	size_t end = out->len + PART;

	if (f->at == f->n)
		return false;
	while (f->at < f->n && out->len < end) {
		if (!f->next)
			begin_line(f, out);
		while (f->next <= f->depth && out->len < end)
			add_frame(f, f->next++, out);
		if (f->next <= f->depth)
			break;
		buf_char(out, ' ');
		buf_decimal(out, f->lines[f->at++].count);
		buf_char(out, '\n');
		f->next = 0;
	}
	return true;
}

static uint32_t
depth_of(const uint32_t *depths, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = depths[i] > most ? depths[i] : most;
	return most;
}

struct fold_lines *
fold_lines_open(const struct fold_cells *c, const struct tree *t, const struct intern *groups)
{
	uint32_t *group_ranks = xcalloc(groups->n, sizeof(*group_ranks)), *node_ranks = xcalloc(t->n, sizeof(*node_ranks)), depth;
	struct fold_lines *f = xcalloc(1, sizeof(*f));

	f->tree = t;
	f->groups = sort_groups(groups, group_ranks);
	f->depths = xcalloc(t->n, sizeof(*f->depths));
	f->sorted = sort_nodes(t, node_ranks, f->depths);
	f->lines = xreallocarray(NULL, c->n, sizeof(*f->lines));
	f->n = c->n;
	for (size_t i = 0; i < c->n; i++)
		f->lines[i] = (struct line){group_ranks[c->all[i].group], node_ranks[c->all[i].node], c->all[i].count};
	free(group_ranks);
	free(node_ranks);
	qsort(f->lines, f->n, sizeof(*f->lines), compare_lines);
	depth = depth_of(f->depths, t->n);
	f->nodes = xcalloc(depth + 1, sizeof(*f->nodes));
	f->ends = xcalloc(depth + 1, sizeof(*f->ends));
	return f;
}

void
fold_lines_close(struct fold_lines *f)
{
	free(f->groups);
	free(f->sorted);
	free(f->depths);
	free(f->lines);
	free(f->nodes);
	free(f->ends);
	buf_free(&f->text);
	free(f);
}

size_t
fold_lines_bytes(size_t cells, size_t nodes, size_t groups)
{
	return cells * 2 * sizeof(struct line) + nodes * 7 * sizeof(uint32_t) + groups * (sizeof(void *) + sizeof(uint32_t));
}
