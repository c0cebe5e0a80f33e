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

/* A task, or a task on a cpu. */
struct member {
	uint32_t task, group;
	uint64_t cpu;
};

/* A stack with samples in a group. */
struct place {
	uint32_t group, stack;
	uint64_t count;
};

/* Where a stack ends in the tree. */
struct end {
	uint32_t node, depth; /* 0 as long as that is not known */
};

/* A frame's names: frames of the tree, outermost first. */
struct spelling {
	uint32_t at, n; /* in spelled[]; n is 0 as long as they are not known */
};

void
stacks_init(struct stacks *f)
{
	f->dict.without = 1u << RECORD_symbol | 1u << RECORD_source;
	tree_init(&f->tree, false);
}

void
stacks_free(struct stacks *f)
{
	dict_free(&f->dict);
	tree_free(&f->tree);
	buf_free(&f->naming.scratch);
	intern_free(&f->groups);
	table_free(&f->cell_table);
	free(f->cells);
	free(f->members);
	free(f->places);
	free(f->firsts);
	free(f->spelled);
	free(f->climbed);
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
	struct probe p;

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

/* "comm", "comm-PID", "comm-PID/TID"; without comm "[PID]", "[PID/TID]". */
static void
put_task(struct stacks *f, uint32_t task, struct buf *to)
{
	struct text comm = texts_get(&f->dict.comms, task);
	struct buf name = {0};

	if (!f->no_comm && comm.len)
		buf_add(&name, comm.data, comm.len);
	else if (!f->no_comm)
		buf_puts(&name, "[unnamed]");
	if (f->by_pid || f->by_tid) {
		buf_char(&name, f->no_comm ? '[' : '-');
		buf_decimal(&name, f->dict.tasks[task].pid);
	}
	if (f->by_tid) {
		buf_char(&name, '/');
		buf_decimal(&name, f->dict.tasks[task].tid);
	}
	if (f->no_comm)
		buf_char(&name, ']');
	fold_name(to, name.data, name.len);
	buf_free(&name);
}

static uint32_t
new_group(struct stacks *f, uint32_t task, uint64_t cpu)
{
	bool with_task = !f->no_comm || f->by_pid || f->by_tid;
	struct buf frames = {0};
	uint32_t id;

	if (f->by_cpu)
		buf_printf(&frames, "[cpu %llu]", (unsigned long long)cpu);
	if (f->by_cpu && with_task)
		buf_char(&frames, ';');
	if (with_task)
		put_task(f, task, &frames);
	id = intern(&f->groups, frames.data, frames.len);
	buf_free(&frames);
	return id;
}

static uint32_t
group_of(struct stacks *f, uint32_t task, uint64_t cpu)
{
	uint64_t hash = hash_pair(task, f->by_cpu ? cpu : 0);
	struct probe p = table_probe(&f->member_table, hash);
	uint32_t i, group;

	while (table_next(&f->member_table, &p, &i))
		if (f->members[i].task == task && (!f->by_cpu || f->members[i].cpu == cpu))
			return f->members[i].group;
	if (f->n_members >= UINT32_MAX - 1)
		die("out of memory");
	group = new_group(f, task, cpu);
	GROW(f->members, f->n_members, f->cap_members);
	f->members[f->n_members] = (struct member){.task = task, .cpu = cpu, .group = group};
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

static void
spell(void *to, struct text name, uint32_t function)
{
	struct stacks *f = to;
	uint32_t id;

	if (function == DICT_NONE)
		id = safe_name(f, name);
	else if (f->function_names[function])
		id = f->function_names[function] - 1;
	else
		f->function_names[function] = (id = safe_name(f, name)) + 1;
	GROW(f->spelled, f->n_spelled, f->cap_spelled);
	f->spelled[f->n_spelled++] = id;
}

static const struct spelling *
spelling_of(struct stacks *f, uint32_t frame)
{
	struct spelling *spelling = &f->spellings[frame];

	if (spelling->n)
		return spelling;
	spelling->at = (uint32_t)f->n_spelled;
	f->naming.each = spell;
	f->naming.to = f;
	name_frame(&f->naming, &f->dict, frame);
	spelling->n = (uint32_t)f->n_spelled - spelling->at;
	return spelling;
}

/* Enters a stack's innermost frame into the tree; `end` is its caller's and becomes its own. */
static void
enter(struct stacks *f, uint32_t stack, struct end *end)
{
	const struct spelling *spelling = spelling_of(f, f->dict.stacks[stack].frame);

	for (uint32_t i = 0; i < spelling->n && end->depth <= FOLD_DEPTH_MAX; i++) {
		uint32_t name = f->spelled[spelling->at + i];

		if (end->depth++ == FOLD_DEPTH_MAX)
			name = safe_name(f, text_of(NAMING_DEEPER, sizeof(NAMING_DEEPER) - 1));
		end->node = tree_child(&f->tree, end->node, name);
	}
	f->ends[stack] = *end;
}

/* Finds where a stack ends in the tree: climbs towards its root as long as that is not known, and enters the frames on
 * the way back. */
static uint32_t
settle(struct stacks *f, uint32_t stack)
{
	struct end end = {.node = TREE_ROOT};
	size_t n = 0;

	for (; stack != DICT_NONE; stack = f->dict.stacks[stack].parent) {
		if (f->ends[stack].node) {
			end = f->ends[stack];
			break;
		}
		GROW(f->climbed, n, f->cap_climbed);
		f->climbed[n++] = stack;
	}
	while (n)
		enter(f, f->climbed[--n], &end);
	return end.node;
}

static void
add_cell(struct stacks *f, uint32_t group, uint32_t node, uint64_t count)
{
	uint64_t hash = hash_pair(group, node);
	struct probe p = table_probe(&f->cell_table, hash);
	uint32_t i;

	while (table_next(&f->cell_table, &p, &i))
		if (f->cells[i].group == group && f->cells[i].node == node) {
			f->cells[i].count += count;
			return;
		}
	if (f->n_cells >= UINT32_MAX - 1)
		die("out of memory");
	GROW(f->cells, f->n_cells, f->cap_cells);
	f->cells[f->n_cells] = (struct cell){group, node, count};
	table_insert(&f->cell_table, hash, (uint32_t)f->n_cells++);
}

static void
clear(struct stacks *f)
{
	for (size_t i = 0; i < f->n_places; i++)
		f->firsts[f->places[i].stack] = 0;
	table_free(&f->place_table);
	table_free(&f->member_table);
	f->n_places = f->n_members = f->n_spelled = 0;
}

void
stacks_settle(struct stacks *f)
{
	if (!f->n_places)
		return;
	f->spellings = xcalloc(f->dict.n_frames, sizeof(*f->spellings));
	f->function_names = xcalloc(f->dict.functions.n, sizeof(*f->function_names));
	f->ends = xcalloc(f->dict.n_stacks, sizeof(*f->ends));
	for (size_t i = 0; i < f->n_places; i++)
		add_cell(f, f->places[i].group, settle(f, f->places[i].stack), f->places[i].count);
	free(f->spellings);
	free(f->function_names);
	free(f->ends);
	clear(f);
}
