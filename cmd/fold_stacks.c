// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-fold's counting, and the way from counted stacks to the tree. */
#include "cmd/fold_stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/msg.h"
#include "flame/fold.h"

/* A task, a task on a cpu, one of these in an event. */
struct member {
	uint32_t task, group;
	uint64_t cpu;
	uint32_t event;
};

/* A stack with samples in a group. */
struct place {
	uint32_t group, stack;
	uint64_t count;
};

static uint32_t
safe_name(struct stacks *f, struct text name)
{
	struct buf safe = {0};
	uint32_t id;

	fold_name(&safe, name.data, name.len);
	id = intern(&f->tree.names, safe.data, safe.len);
	buf_free(&safe);
	return id;
}

static uint32_t
call(void *to, uint32_t frame, uint32_t nth, struct text name, uint32_t function)
{
	struct stacks *f = to;
	uint32_t id;

	(void)frame, (void)nth;
	if (function == DICT_NONE)
		return safe_name(f, name);
	if (f->function_names[function])
		return f->function_names[function] - 1;
	f->function_names[function] = (id = safe_name(f, name)) + 1;
	return id;
}

void
stacks_init(struct stacks *f)
{
	f->dict.without = 1u << RECORD_symbol;
	if (!f->nodes.naming.lines && !f->nodes.naming.paths)
		f->dict.without |= 1u << RECORD_source;
	tree_init(&f->tree, false);
	f->nodes.dict = &f->dict;
	f->nodes.tree = &f->tree;
	f->nodes.call = call;
	f->nodes.to = f;
	f->event = DICT_NONE;
}

void
stacks_free(struct stacks *f)
{
	dict_free(&f->dict);
	tree_free(&f->tree);
	stack_nodes_free(&f->nodes);
	intern_free(&f->groups);
	fold_cells_free(&f->cells);
	free(f->members);
	free(f->places);
	free(f->firsts);
}

static uint32_t
new_place(struct stacks *f, uint32_t group, uint32_t stack)
{
	if (f->n_places >= UINT32_MAX - 1)
		die("out of memory");
	GROW(f->places, f->n_places, f->cap_places);
	f->places[f->n_places] = (struct place){.group = group, .stack = stack};
	return (uint32_t)f->n_places++;
}

/* Most stacks are met in one group only: its place is found by the stack's id alone. Those for further groups are
 * found by hash. */
static uint32_t
place_of(struct stacks *f, uint32_t group, uint32_t stack)
{
	uint32_t i = f->firsts[stack];
	uint64_t hash;
	struct table_probe p;

	if (!i)
		return (f->firsts[stack] = new_place(f, group, stack) + 1) - 1;
	if (f->places[i - 1].group == group)
		return i - 1;
	hash = hash_pair(group, stack);
	p = table_probe(&f->place_table, hash);
	while (table_next(&f->place_table, &p, &i))
		if (f->places[i].stack == stack && f->places[i].group == group)
			return i;
	table_insert(&f->place_table, hash, (uint32_t)f->n_places);
	return new_place(f, group, stack);
}

/* Makes firsts[] as long as there are stacks. */
static void
grow_firsts(struct stacks *f)
{
	size_t cap = grow_capacity(f->cap_firsts, f->dict.n_stacks);

	f->firsts = xreallocarray(f->firsts, cap, sizeof(*f->firsts));
	memset(f->firsts + f->cap_firsts, 0, (cap - f->cap_firsts) * sizeof(*f->firsts));
	f->cap_firsts = cap;
}

static uint32_t
new_group(struct stacks *f, uint32_t task, uint64_t cpu)
{
	const struct dict_task *t = &f->dict.tasks[task];
	struct fold_task who = {.comm = texts_get(&f->dict.comms, task), .pid = t->pid, .tid = t->tid, .cpu = cpu};
	struct buf frames = {0};
	uint32_t id;

	if (f->event != DICT_NONE)
		who.event = texts_get(&f->dict.event_names, f->event);
	fold_group(&frames, &f->by, &who);
	id = intern(&f->groups, frames.data, frames.len);
	buf_free(&frames);
	return id;
}

static uint32_t
group_of(struct stacks *f, uint32_t task, uint64_t cpu)
{
	uint32_t event = f->by.by_event ? f->event : 0, i, group;
	uint64_t hash = hash_pair((uint64_t)event << 32 | task, f->by.by_cpu ? cpu : 0);
	struct table_probe p = table_probe(&f->member_table, hash);

	while (table_next(&f->member_table, &p, &i))
		if (f->members[i].task == task && f->members[i].event == event && (!f->by.by_cpu || f->members[i].cpu == cpu))
			return f->members[i].group;
	if (f->n_members >= UINT32_MAX - 1)
		die("out of memory");
	group = new_group(f, task, cpu);
	GROW(f->members, f->n_members, f->cap_members);
	f->members[f->n_members] = (struct member){.task = task, .cpu = cpu, .event = event, .group = group};
	table_insert(&f->member_table, hash, (uint32_t)f->n_members++);
	return group;
}

void
stacks_count(struct stacks *f, uint32_t task, uint64_t cpu, uint32_t stack, uint64_t n)
{
	uint32_t place;

	if (stack >= f->cap_firsts)
		grow_firsts(f);
	place = place_of(f, group_of(f, task, cpu), stack);
	f->places[place].count += n;
}

static void
clear(struct stacks *f)
{
	for (size_t i = 0; i < f->n_places; i++)
		f->firsts[f->places[i].stack] = 0;
	table_free(&f->place_table);
	table_free(&f->member_table);
	f->n_places = f->n_members = 0;
}

void
stacks_settle(struct stacks *f)
{
	if (!f->n_places)
		return;
	f->function_names = xcalloc(f->dict.functions.n, sizeof(*f->function_names));
	for (size_t i = 0; i < f->n_places; i++) {
		const struct place *p = &f->places[i];

		fold_cells_add(&f->cells, p->group, stack_node(&f->nodes, p->stack), p->count);
	}
	free(f->function_names);
	stack_nodes_forget(&f->nodes);
	clear(f);
}
