// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells as sorted folded lines. */
#include "cmd/fold_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "flame/fold.h"

enum { WRITE_SIZE = 256 << 10 };

void
fold_cells_add(struct fold_cells *c, uint32_t group, uint32_t node, uint64_t count)
{
	uint64_t hash = hash_pair(group, node);
	struct probe p = table_probe(&c->table, hash);
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
put_task(struct buf *to, const struct fold_groups *g, struct text comm, uint64_t pid, uint64_t tid)
{
	struct buf name = {0};

	if (!g->no_comm && comm.len)
		buf_add(&name, comm.data, comm.len);
	else if (!g->no_comm)
		buf_puts(&name, "[unnamed]");
	if (g->by_pid || g->by_tid) {
		buf_char(&name, g->no_comm ? '[' : '-');
		buf_decimal(&name, pid);
	}
	if (g->by_tid) {
		buf_char(&name, '/');
		buf_decimal(&name, tid);
	}
	if (g->no_comm)
		buf_char(&name, ']');
	fold_name(to, name.data, name.len);
	buf_free(&name);
}

void
fold_group(struct buf *to, const struct fold_groups *g, struct text comm, uint64_t pid, uint64_t tid, uint64_t cpu)
{
	bool with_task = !g->no_comm || g->by_pid || g->by_tid;

	if (g->by_cpu)
		buf_printf(to, "[cpu %llu]", (unsigned long long)cpu);
	if (g->by_cpu && with_task)
		buf_char(to, ';');
	if (with_task)
		put_task(to, g, comm, pid, tid);
}

/* A cell with its place in the output. */
struct line {
	uint32_t group, node; /* ranks: places in the order of all groups, of all nodes */
	uint64_t count;
};

/* The path of the node written last, and where each of its frames ends in the text. */
struct path {
	const struct tree *tree;
	uint32_t *depths; /* by node */
	uint32_t *nodes;  /* by depth */
	size_t *ends;	  /* by depth */
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
start_group(struct path *p, const struct interned *group)
{
	p->text.len = 0;
	buf_add(&p->text, group->text, group->len);
	p->nodes[0] = TREE_ROOT;
	p->ends[0] = p->text.len;
}

/* Makes the text that of a node, keeping what it has in common with the node before; *valid is how deep the path
 * was. */
static void
go_to(struct path *p, uint32_t node, uint32_t *valid)
{
	uint32_t depth = p->depths[node], common = depth;

	for (uint32_t id = node; common > *valid || p->nodes[common] != id; id = p->tree->nodes[id].parent)
		p->nodes[common--] = id;
	p->text.len = p->ends[common];
	while (common++ < depth) {
		const struct interned *name = &p->tree->names.all[p->tree->nodes[p->nodes[common]].name];

		if (p->text.len)
			buf_char(&p->text, ';');
		buf_add(&p->text, name->text, name->len);
		p->ends[common] = p->text.len;
	}
	*valid = depth;
}

static void
write_lines(struct path *p, const struct line *lines, size_t n, const struct interned **groups, const uint32_t *nodes,
	    void (*write)(void *to, const void *data, size_t len), void *to)
{
	struct buf out = {0};
	uint32_t valid = 0;

	for (size_t i = 0; i < n; i++) {
		if (!i || lines[i].group != lines[i - 1].group) {
			start_group(p, groups[lines[i].group]);
			valid = 0;
		}
		go_to(p, nodes[lines[i].node], &valid);
		buf_add(&out, p->text.data, p->text.len);
		buf_char(&out, ' ');
		buf_decimal(&out, lines[i].count);
		buf_char(&out, '\n');
		if (out.len >= WRITE_SIZE) {
			write(to, out.data, out.len);
			out.len = 0;
		}
	}
	write(to, out.data, out.len);
	buf_free(&out);
}

static uint32_t
depth_of(const uint32_t *depths, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = depths[i] > most ? depths[i] : most;
	return most;
}

void
fold_lines(const struct fold_cells *c, const struct tree *t, const struct intern *all_groups,
	   void (*write)(void *to, const void *data, size_t len), void *to)
{
	uint32_t *group_ranks = xcalloc(all_groups->n, sizeof(*group_ranks));
	uint32_t *node_ranks = xcalloc(t->n, sizeof(*node_ranks));
	struct path path = {.tree = t, .depths = xcalloc(t->n, sizeof(*path.depths))};
	const struct interned **groups = sort_groups(all_groups, group_ranks);
	uint32_t *nodes = sort_nodes(t, node_ranks, path.depths), depth = depth_of(path.depths, t->n);
	struct line *lines = xreallocarray(NULL, c->n, sizeof(*lines));

	for (size_t i = 0; i < c->n; i++)
		lines[i] = (struct line){group_ranks[c->all[i].group], node_ranks[c->all[i].node], c->all[i].count};
	qsort(lines, c->n, sizeof(*lines), compare_lines);
	path.nodes = xcalloc(depth + 1, sizeof(*path.nodes));
	path.ends = xcalloc(depth + 1, sizeof(*path.ends));
	write_lines(&path, lines, c->n, groups, nodes, write, to);
	free(group_ranks);
	free(node_ranks);
	free(path.depths);
	free(groups);
	free(nodes);
	free(lines);
	free(path.nodes);
	free(path.ends);
	buf_free(&path.text);
}
