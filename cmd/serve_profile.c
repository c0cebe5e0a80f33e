// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's names, frames, events, tasks and groups. */
#include "cmd/serve_profile.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "flame/escape.h"

enum { CPU_MAX = 0xffff };

void
profile_init(struct profile *p)
{
	*p = (struct profile){0};
	tree_init(&p->tree, false);
}

void
profile_free(struct profile *p)
{
	intern_free(&p->names);
	intern_free(&p->modules);
	tree_free(&p->tree);
	table_free(&p->frame_table);
	table_free(&p->task_table);
	table_free(&p->group_table);
	free(p->frames);
	free(p->events);
	free(p->tasks);
	free(p->groups);
}

size_t
profile_bytes(const struct profile *p)
{
	return intern_table_bytes(&p->names) + intern_table_bytes(&p->modules) + p->text_bytes + p->cap_frames * sizeof(*p->frames) +
	       p->cap_events * sizeof(*p->events) + p->cap_tasks * sizeof(*p->tasks) + p->cap_groups * sizeof(*p->groups) +
	       p->tree.cap * (sizeof(*p->tree.nodes) + sizeof(*p->tree.values[0])) + table_bytes(&p->tree.table) +
	       table_bytes(&p->frame_table) + table_bytes(&p->task_table) + table_bytes(&p->group_table);
}

static uint32_t
add_text(struct profile *p, struct intern *to, const char *text, size_t len)
{
	size_t before = to->n;
	uint32_t id = intern(to, text, len);

	p->text_bytes += to->n > before ? len + 1 : 0;
	return id;
}

/* What is too long ends in a mark, and not in the middle of a character. The text is the buffer's then. */
static struct text
cut(struct profile *p, struct text t, size_t most, struct buf *b)
{
	size_t len = most - (sizeof(CUT_MARK) - 1);

	if (t.len <= most)
		return t;
	for (int i = 0; i < 3 && ((unsigned char)t.data[len] & 0xc0) == 0x80; i++)
		len--;
	buf_add(b, t.data, len);
	buf_puts(b, CUT_MARK);
	p->cut = true;
	return text_of(b->data, b->len);
}

/* Nearly all names are shown as they are, and kept once. */
static struct shown
show(struct profile *p, struct text name, size_t most)
{
	struct buf b = {0}, whole = {0};
	struct shown shown;

	name = cut(p, name, most, &whole);
	if (!name.len)
		name = text_of("[unnamed]", 9);
	escape_visible(&b, name.data, name.len);
	shown.text = add_text(p, &p->names, b.data, b.len);
	shown.raw = b.len == name.len ? shown.text : add_text(p, &p->names, name.data, name.len);
	buf_free(&b);
	buf_free(&whole);
	return shown;
}

static uint32_t
add_module(struct profile *p, struct text module)
{
	struct buf b = {0}, whole = {0};
	uint32_t id;

	module = cut(p, module, PROFILE_NAME_MAX, &whole);
	escape_visible(&b, module.data, module.len);
	id = add_text(p, &p->modules, b.data, b.len);
	buf_free(&b);
	buf_free(&whole);
	return id;
}

static uint32_t
enter_frame(struct profile *p, struct profile_frame f)
{
	uint64_t hash = hash_pair((uint64_t)f.name.text << 32 | f.module, f.kind);
	struct table_probe probe = table_probe(&p->frame_table, hash);
	uint32_t i;

	while (table_next(&p->frame_table, &probe, &i))
		if (p->frames[i].name.text == f.name.text && p->frames[i].module == f.module && p->frames[i].kind == f.kind)
			return i;
	GROW(p->frames, p->n_frames, p->cap_frames);
	p->frames[p->n_frames] = f;
	table_insert(&p->frame_table, hash, (uint32_t)p->n_frames);
	return (uint32_t)p->n_frames++;
}

uint32_t
profile_frame(struct profile *p, struct text name, struct text module, uint32_t kind)
{
	return enter_frame(p, (struct profile_frame){
				      show(p, name, PROFILE_NAME_MAX), module.len ? add_module(p, module) + 1 : 0, kind});
}

static struct shown
copy_shown(struct profile *to, const struct profile *from, struct shown s)
{
	struct text text = profile_text(from, s.text), raw = profile_text(from, s.raw);
	struct shown copy = {.text = add_text(to, &to->names, text.data, text.len)};

	copy.raw = s.raw == s.text ? copy.text : add_text(to, &to->names, raw.data, raw.len);
	return copy;
}

uint32_t
profile_copy_frame(struct profile *to, const struct profile *from, uint32_t frame)
{
	struct profile_frame f = from->frames[frame];

	f.name = copy_shown(to, from, f.name);
	if (f.module) {
		const struct interned *module = &from->modules.all[f.module - 1];

		f.module = add_text(to, &to->modules, module->text, module->len) + 1;
	}
	return enter_frame(to, f);
}

static uint32_t
at_most(uint64_t n, uint32_t limit)
{
	return n < limit ? (uint32_t)n : limit;
}

static uint32_t
enter_task(struct profile *p, struct profile_task t)
{
	uint64_t hash = hash_pair((uint64_t)t.pid << 32 | t.tid, t.comm.text);
	struct table_probe probe = table_probe(&p->task_table, hash);
	uint32_t i;

	while (table_next(&p->task_table, &probe, &i))
		if (p->tasks[i].pid == t.pid && p->tasks[i].tid == t.tid && p->tasks[i].comm.text == t.comm.text)
			return i;
	GROW(p->tasks, p->n_tasks, p->cap_tasks);
	p->tasks[p->n_tasks] = t;
	table_insert(&p->task_table, hash, (uint32_t)p->n_tasks);
	return (uint32_t)p->n_tasks++;
}

uint32_t
profile_task(struct profile *p, uint64_t pid, uint64_t tid, struct text comm)
{
	return enter_task(p, (struct profile_task){
				     at_most(pid, UINT32_MAX), at_most(tid, UINT32_MAX), show(p, comm, PROFILE_COMM_MAX)});
}

uint32_t
profile_copy_task(struct profile *to, const struct profile *from, uint32_t task)
{
	struct profile_task t = from->tasks[task];

	t.comm = copy_shown(to, from, t.comm);
	return enter_task(to, t);
}

/* One that is not said stays so. */
static struct shown
show_unit(struct profile *p, struct text unit)
{
	uint32_t nothing;

	if (unit.len)
		return show(p, unit, PROFILE_COMM_MAX);
	nothing = add_text(p, &p->names, "", 0);
	return (struct shown){nothing, nothing};
}

void
profile_take_events(struct profile *p, const struct events *e)
{
	for (size_t i = 0; i < e->n; i++) {
		if (i == p->n_events) {
			GROW(p->events, p->n_events, p->cap_events);
			p->events[p->n_events++] = (struct profile_event){
				.name = show(p, e->all[i].name, PROFILE_NAME_MAX), .unit = show_unit(p, e->all[i].unit)};
		}
		p->events[i].sums = e->all[i].sums;
	}
}

void
profile_copy_events(struct profile *to, const struct profile *from)
{
	for (size_t i = 0; i < from->n_events; i++) {
		const struct profile_event *e = &from->events[i];

		GROW(to->events, to->n_events, to->cap_events);
		to->events[to->n_events++] = (struct profile_event){
			copy_shown(to, from, e->name), copy_shown(to, from, e->unit), e->sums};
	}
}

uint32_t
profile_group(struct profile *p, uint32_t task, uint64_t cpu, uint32_t event)
{
	struct profile_group g = {task, at_most(cpu, CPU_MAX), event};
	uint64_t hash = hash_pair((uint64_t)event << 32 | task, g.cpu);
	struct table_probe probe = table_probe(&p->group_table, hash);
	uint32_t i;

	while (table_next(&p->group_table, &probe, &i))
		if (p->groups[i].task == task && p->groups[i].cpu == g.cpu && p->groups[i].event == event)
			return i;
	GROW(p->groups, p->n_groups, p->cap_groups);
	p->groups[p->n_groups] = g;
	table_insert(&p->group_table, hash, (uint32_t)p->n_groups);
	return (uint32_t)p->n_groups++;
}
