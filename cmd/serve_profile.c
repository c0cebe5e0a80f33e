// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's names, frames, tasks and groups. */
#include "cmd/serve_profile.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "flame/escape.h"

enum {
	TEXT_MAX = 64 << 10, /* bytes of a name: what is longer is cut */
	CPU_MAX = 0xffff,
};

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
	free(p->tasks);
	free(p->groups);
}

static size_t
intern_bytes(const struct intern *in)
{
	return in->cap * sizeof(*in->all) + table_bytes(&in->table);
}

size_t
profile_bytes(const struct profile *p)
{
	return intern_bytes(&p->names) + intern_bytes(&p->modules) + p->text_bytes + p->cap_frames * sizeof(*p->frames) +
	       p->cap_tasks * sizeof(*p->tasks) + p->cap_groups * sizeof(*p->groups) +
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

static struct text
cut(struct text t)
{
	return text_of(t.data, t.len < TEXT_MAX ? t.len : TEXT_MAX);
}

/* Nearly all names are shown as they are, and kept once. */
static struct shown
show(struct profile *p, struct text name)
{
	struct buf b = {0};
	struct shown shown;

	name = cut(name);
	if (!name.len)
		name = text_of("[unnamed]", 9);
	escape_visible(&b, name.data, name.len);
	shown.text = add_text(p, &p->names, b.data, b.len);
	shown.raw = b.len == name.len ? shown.text : add_text(p, &p->names, name.data, name.len);
	buf_free(&b);
	return shown;
}

static uint32_t
add_module(struct profile *p, struct text module)
{
	struct buf b = {0};
	uint32_t id;

	module = cut(module);
	escape_visible(&b, module.data, module.len);
	id = add_text(p, &p->modules, b.data, b.len);
	buf_free(&b);
	return id;
}

uint32_t
profile_frame(struct profile *p, struct text name, struct text module, uint32_t kind)
{
	struct profile_frame f = {show(p, name), module.len ? add_module(p, module) + 1 : 0, kind};
	uint64_t hash = hash_pair((uint64_t)f.name.text << 32 | f.module, kind);
	struct probe probe = table_probe(&p->frame_table, hash);
	uint32_t i;

	while (table_next(&p->frame_table, &probe, &i))
		if (p->frames[i].name.text == f.name.text && p->frames[i].module == f.module && p->frames[i].kind == kind)
			return i;
	GROW(p->frames, p->n_frames, p->cap_frames);
	p->frames[p->n_frames] = f;
	table_insert(&p->frame_table, hash, (uint32_t)p->n_frames);
	return (uint32_t)p->n_frames++;
}

static uint32_t
at_most(uint64_t n, uint32_t limit)
{
	return n < limit ? (uint32_t)n : limit;
}

uint32_t
profile_task(struct profile *p, uint64_t pid, uint64_t tid, struct text comm)
{
	struct profile_task t = {at_most(pid, UINT32_MAX), at_most(tid, UINT32_MAX), show(p, comm)};
	uint64_t hash = hash_pair((uint64_t)t.pid << 32 | t.tid, t.comm.text);
	struct probe probe = table_probe(&p->task_table, hash);
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
profile_group(struct profile *p, uint32_t task, uint64_t cpu)
{
	struct profile_group g = {task, at_most(cpu, CPU_MAX)};
	uint64_t hash = hash_pair(task, g.cpu);
	struct probe probe = table_probe(&p->group_table, hash);
	uint32_t i;

	while (table_next(&p->group_table, &probe, &i))
		if (p->groups[i].task == task && p->groups[i].cpu == g.cpu)
			return i;
	GROW(p->groups, p->n_groups, p->cap_groups);
	p->groups[p->n_groups] = g;
	table_insert(&p->group_table, hash, (uint32_t)p->n_groups);
	return (uint32_t)p->n_groups++;
}
