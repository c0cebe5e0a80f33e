// SPDX-License-Identifier: GPL-2.0-or-later
/* Folded text to a frame tree. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flame/folded.h"

/* The way to the stack added last. */
struct path {
	uint32_t *frames, *nodes; /* name and node of each level; owned */
	size_t cap;
	uint32_t n;
};

static void
path_reserve(struct path *p, size_t n)
{
	if (n <= p->cap)
		return;
	p->cap = grow_capacity(p->cap, n);
	p->frames = xreallocarray(p->frames, p->cap, sizeof(*p->frames));
	p->nodes = xreallocarray(p->nodes, p->cap, sizeof(*p->nodes));
}

static uint32_t
add_path(struct tree *t, struct path *p, const uint32_t *frames, uint32_t n, bool in_order)
{
	uint32_t i = 0, node = TREE_ROOT;

	path_reserve(p, n);
	for (; i < n && i < p->n && p->frames[i] == frames[i]; i++)
		node = p->nodes[i];
	for (; i < n; i++) {
		node = in_order ? tree_new_child(t, node, frames[i]) : tree_child(t, node, frames[i]);
		p->frames[i] = frames[i];
		p->nodes[i] = node;
	}
	p->n = n;
	return node;
}

/* The frames to draw, root first: those from `base` on, leaf first if asked for. 0 when there are none. */
static uint32_t
choose(const struct folded_line *line, const struct folded_plan *plan, uint32_t base, struct path *chosen)
{
	uint32_t from = 0, n;

	while (base != INTERN_NONE && from < line->n && line->frames[from] != base)
		from++;
	n = line->n - from;
	path_reserve(chosen, n);
	for (uint32_t i = 0; i < n; i++)
		chosen->frames[i] = line->frames[plan->reverse ? line->n - 1 - i : from + i];
	return n;
}

static int
add_line(struct tree *t, struct path *last, const uint32_t *frames, uint32_t n, const struct folded_line *line, bool in_order)
{
	uint32_t node = add_path(t, last, frames, n, in_order);

	for (int i = 0; i < TREE_VALUES && t->values[i]; i++)
		if (!tree_add(t, node, i, line->counts[i]))
			return -1;
	return 0;
}

/* The text counted in units of 10^-unit until now; it takes more digits from this line on. */
static int
refine(struct tree *t, unsigned *unit, unsigned decimals)
{
	for (; *unit < decimals; ++*unit)
		if (!tree_multiply(t, 10))
			return -1;
	return 0;
}

static int
read_lines(struct tree *t, struct folded *f, const struct folded_plan *plan, unsigned *decimals, struct err *err)
{
	uint32_t base = plan->base ? intern(&t->names, plan->base, strlen(plan->base)) : INTERN_NONE, n;
	struct path last = {0}, chosen = {0};
	struct folded_line line;
	int more, bad = 0;

	while (!bad && (more = folded_next(f, &line, err)) > 0) {
		const uint32_t *frames = line.frames;

		n = line.n;
		if (plan->base || plan->reverse) {
			n = choose(&line, plan, base, &chosen);
			frames = chosen.frames;
		}
		bad = refine(t, decimals, f->decimals) || (n && add_line(t, &last, frames, n, &line, plan->in_order));
	}
	free(last.frames);
	free(last.nodes);
	free(chosen.frames);
	free(chosen.nodes);
	if (bad)
		return err_set(err, "line %llu: the counts add up to more than can be counted", (unsigned long long)f->line);
	return more;
}

int
folded_read_tree(struct tree *t, int fd, const struct folded_plan *plan, unsigned *decimals, struct err *err)
{
	struct folded f;
	int status;

	tree_init(t, true);
	status = folded_open(&f, fd, &t->names, err);
	if (f.columns < 2) {
		free(t->values[1]);
		t->values[1] = NULL;
	}
	if (plan->in_order)
		tree_keep_starts(t);
	*decimals = 0;
	if (!status)
		status = read_lines(t, &f, plan, decimals, err);
	folded_close(&f);
	return status;
}
