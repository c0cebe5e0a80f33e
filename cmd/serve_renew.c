// SPDX-License-Identifier: GPL-2.0-or-later
/* Making pb-serve's profile anew from those parts that are kept. */
#include "cmd/serve_renew.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	ROUNDS = 32,	 /* of pruning: each keeps three of four nodes that the one before did */
	SPANS_MIN = 3,	 /* windows are always kept apart */
	NODES_MIN = 64,	 /* are always kept */
	TASKS_MIN = 256, /* likewise, unless their groups, by cpu and event, are too many */
};

/* What becomes of a node or task. */
enum { DROPPED /* it has no samples */, FOLDED, KEPT };

struct plan {
	uint8_t *nodes, *tasks;
};

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct text
pruned(void)
{
	return text_of(PRUNED, sizeof(PRUNED) - 1);
}

/* ---- building ---- */

/* New ids of nodes by old ones. What is folded gets those of its nearest kept ancestor's [pruned]. */
static uint32_t *
build_nodes(struct profile *to, const struct profile *from, const uint8_t *plan)
{
	uint32_t *ids = xcalloc(from->tree.n, sizeof(*ids)), *frames = xcalloc(from->n_frames, sizeof(*frames));

	for (uint32_t id = 1; id < from->tree.n; id++) {
		uint32_t frame = from->tree.nodes[id].name, old_parent = from->tree.nodes[id].parent, parent = ids[old_parent];

		if (plan[id] == KEPT) {
			if (!frames[frame])
				frames[frame] = profile_copy_frame(to, from, frame) + 1;
			ids[id] = tree_child(&to->tree, parent, frames[frame] - 1);
		} else if (plan[id] == FOLDED && (!old_parent || plan[old_parent] == KEPT)) {
			ids[id] = tree_child(&to->tree, parent,
					     profile_frame(to, pruned(), text_of("", 0), FRAME_MARK));
		} else {
			ids[id] = parent;
		}
	}
	free(frames);
	return ids;
}

/* New ids of groups by old ones; the cpus of folded tasks stay apart. */
static uint32_t *
build_groups(struct profile *to, const struct profile *from, const uint8_t *plan)
{
	uint32_t *ids = xcalloc(from->n_groups, sizeof(*ids));

	for (size_t i = 0; i < from->n_groups; i++) {
		const struct profile_group *g = &from->groups[i];
		uint32_t task;

		if (plan[g->task] == DROPPED)
			continue;
		task = plan[g->task] == KEPT ? profile_copy_task(to, from, g->task) : profile_task(to, 0, 0, pruned());
		ids[i] = profile_group(to, task, g->cpu, g->event);
	}
	return ids;
}

static void
renew(struct profile *p, struct history *h, struct stack_nodes *nodes, const struct plan *plan)
{
	struct profile old = *p;
	uint32_t *node_ids, *group_ids;

	profile_init(p);
	p->cut = old.cut;
	profile_copy_events(p, &old);
	node_ids = build_nodes(p, &old, plan->nodes);
	group_ids = build_groups(p, &old, plan->tasks);
	profile_free(&old);
	stack_nodes_forget(nodes);
	for (size_t i = 0; i < h->n; i++)
		for (size_t c = 0; h->spans[i].by_stack && c < h->spans[i].n; c++)
			stack_node(nodes, h->spans[i].cells[c].place);
	history_renumber(h, node_ids, group_ids);
	free(node_ids);
	free(group_ids);
}

/* ---- what to keep ---- */

/* What a node or task is worth: its share of the samples in the last window, in the last two, in the last four and so on up
 * to all of them, added up. So what shows in any of these pictures is worth something, and no past is worth more than what
 * is new. */
#define WHOLE (1ULL << 50) /* a share of all */

/* What one sample adds to that, by how old its window is, the last one first. Owned by the caller. */
static uint64_t *
worth_by_age(const struct history *h)
{
	uint64_t *worth = xcalloc(h->n, sizeof(*worth)), samples = 0;
	size_t counted = 0;

	for (size_t last = 1; counted < h->n; last *= 2) {
		for (; counted < h->n && counted < last; counted++)
			samples += h->spans[h->n - 1 - counted].samples;
		for (size_t age = 0; age < counted; age++)
			worth[age] += WHOLE / larger(samples, 1);
	}
	return worth;
}

/* The worth of nodes, with all that is above them, and of tasks; 0 without samples. */
static uint64_t *
weigh(struct profile *p, const struct history *h, uint64_t *tasks)
{
	uint64_t *nodes = p->tree.values[0], *by_age = worth_by_age(h);

	memset(nodes, 0, p->tree.n * sizeof(*nodes));
	for (size_t i = 0; i < h->n; i++) {
		uint64_t each = larger(by_age[h->n - 1 - i], 1);

		for (size_t c = 0; c < h->spans[i].n; c++) {
			const struct cell *cell = &h->spans[i].cells[c];
			uint64_t worth = profile_samples(p, cell->group, cell->count) * each;

			nodes[span_node(h, &h->spans[i], cell->place)] += worth;
			tasks[p->groups[cell->group].task] += worth;
		}
	}
	free(by_age);
	for (uint32_t id = p->tree.n; --id > 0;)
		nodes[p->tree.nodes[id].parent] += nodes[id];
	return nodes;
}

static int
compare_falling(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Keeps the `most` largest; of equal ones those that come first, so that a node never stays without its parent. */
static uint8_t *
keep_largest(const uint64_t *values, size_t n, size_t most)
{
	uint8_t *plan = xcalloc(n, 1);
	uint64_t *sorted, limit;
	size_t above = 0;

	most = most < n ? most : n;
	sorted = xreallocarray(NULL, n, sizeof(*sorted));
	if (n)
		memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_falling);
	limit = most ? sorted[most - 1] : 0;
	free(sorted);
	for (size_t i = 0; i < n; i++)
		above += values[i] > limit;
	for (size_t i = 0; i < n; i++) {
		bool equal = values[i] == limit && above < most;

		above += equal;
		plan[i] = !values[i] ? DROPPED : values[i] > limit || equal ? KEPT : FOLDED;
	}
	return plan;
}

void
renew_names(struct profile *p, struct history *h, struct stack_nodes *nodes)
{
	uint64_t *tasks = xcalloc(p->n_tasks, sizeof(*tasks)), *values;
	struct plan plan;

	stack_nodes_forget(nodes);
	for (size_t i = 0; i < h->n; i++)
		for (size_t c = 0; h->spans[i].by_stack && c < h->spans[i].n; c++)
			stack_node(nodes, h->spans[i].cells[c].place);
	values = weigh(p, h, tasks);
	plan = (struct plan){keep_largest(values, p->tree.n, p->tree.n), keep_largest(tasks, p->n_tasks, p->n_tasks)};
	renew(p, h, nodes, &plan);
	free(plan.nodes);
	free(plan.tasks);
	free(tasks);
}

static void
prune(struct profile *p, struct history *h, struct stack_nodes *nodes, size_t most_nodes, size_t most_tasks)
{
	uint64_t *tasks = xcalloc(p->n_tasks, sizeof(*tasks)), *values = weigh(p, h, tasks);
	struct plan plan = {keep_largest(values, p->tree.n, most_nodes), keep_largest(tasks, p->n_tasks, most_tasks)};

	renew(p, h, nodes, &plan);
	free(plan.nodes);
	free(plan.tasks);
	free(tasks);
}

void
renew_smaller(struct profile *p, struct history *h, struct stack_nodes *nodes, size_t goal)
{
	size_t most_nodes = p->tree.n, most_tasks = p->n_tasks, least_tasks;

	history_settle(h);
	stack_nodes_forget(nodes);
	for (int round = 0; round < ROUNDS && profile_bytes(p) + history_bytes(h) > goal; round++) {
		if (history_bytes(h) > profile_bytes(p) && h->n > SPANS_MIN) {
			history_merge(h, h->n, h->n / 2);
			continue;
		}
		least_tasks = p->n_groups * sizeof(*p->groups) > goal / 4 ? 1 : TASKS_MIN;
		if (most_nodes <= NODES_MIN && most_tasks <= least_tasks)
			break;
		most_nodes = larger(most_nodes / 4 * 3, NODES_MIN);
		most_tasks = larger(most_tasks / 4 * 3, least_tasks);
		prune(p, h, nodes, most_nodes, most_tasks);
	}
}

uint64_t
renew_pruned(const struct profile *p, const struct history *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		for (size_t c = 0; c < h->spans[i].n; c++) {
			const struct cell *cell = &h->spans[i].cells[c];
			uint32_t node = span_node(h, &h->spans[i], cell->place);
			const struct profile_task *t = &p->tasks[p->groups[cell->group].task];
			const struct profile_frame *f = &p->frames[p->tree.nodes[node].name];

			if ((f->kind == FRAME_MARK && !strcmp(p->names.all[f->name.text].text, PRUNED)) ||
			    (!t->pid && !t->tid && !strcmp(p->names.all[t->comm.text].text, PRUNED)))
				n += profile_samples(p, cell->group, cell->count);
		}
	return n;
}
