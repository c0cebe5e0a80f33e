// SPDX-License-Identifier: GPL-2.0-or-later
/* Making pb-serve's profile anew from those parts that are kept. */
#include "cmd/serve_renew.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	ROUNDS = 12,	 /* of pruning: each keeps half of the nodes that the one before did */
	NODES_MIN = 64,	 /* are always kept */
	TASKS_MIN = 256,
};

/* What becomes of a node or task. */
enum { DROPPED /* it has no samples */, FOLDED, KEPT };

struct plan {
	uint8_t *nodes, *tasks;
};

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
		ids[i] = profile_group(to, task, g->cpu);
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

/* What a node or task is worth: in the upper bits how lately it had samples - in the last window, the one before, the two
 * before that, the four before those - and in the others how many in all. So no past is worth more than what is new. */
enum { COUNT_BITS = 57, RECENT = 63 };

static uint64_t
recency(size_t age)
{
	uint64_t steps = 0;

	for (; age; age /= 2)
		steps++;
	return RECENT - steps;
}

static void
add_worth(uint64_t *worth, uint64_t recent, uint64_t count)
{
	const uint64_t most = (1ULL << COUNT_BITS) - 1;
	uint64_t sum = (*worth & most) + (count < most ? count : most);

	recent = *worth >> COUNT_BITS > recent ? *worth >> COUNT_BITS : recent;
	*worth = recent << COUNT_BITS | (sum < most ? sum : most);
}

/* The worth of nodes, with all that is above them, and of tasks; 0 without samples. */
static uint64_t *
weigh(struct profile *p, const struct history *h, uint64_t *tasks)
{
	uint64_t *nodes = p->tree.values[0];

	memset(nodes, 0, p->tree.n * sizeof(*nodes));
	for (size_t i = 0; i < h->n; i++) {
		uint64_t recent = recency(h->n - 1 - i);

		for (size_t c = 0; c < h->spans[i].n; c++) {
			const struct cell *cell = &h->spans[i].cells[c];

			add_worth(&nodes[span_node(h, &h->spans[i], cell->place)], recent, cell->count);
			add_worth(&tasks[p->groups[cell->group].task], recent, cell->count);
		}
	}
	for (uint32_t id = p->tree.n; --id > 0;)
		add_worth(&nodes[p->tree.nodes[id].parent], nodes[id] >> COUNT_BITS, nodes[id] & ((1ULL << COUNT_BITS) - 1));
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

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

void
renew_smaller(struct profile *p, struct history *h, struct stack_nodes *nodes, size_t goal)
{
	size_t most_nodes = p->tree.n, most_tasks = p->n_tasks;

	history_settle(h);
	stack_nodes_forget(nodes);
	for (int round = 0; round < ROUNDS && profile_bytes(p) + history_bytes(h) > goal; round++) {
		if (most_nodes <= NODES_MIN && most_tasks <= TASKS_MIN)
			break;
		most_nodes = larger(most_nodes / 2, NODES_MIN);
		most_tasks = larger(most_tasks / 2, TASKS_MIN);
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
				n += cell->count;
		}
	return n;
}
