// SPDX-License-Identifier: GPL-2.0-or-later
/* Raw samples to facts for the sink. */
#include "sampler/resolve.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { CACHE_MAX = 1 << 19 }; /* entries before a cache starts anew */

/* A stack that was resolved before: the same addresses under the same mappings in the same process. */
struct known_stack {
	uint64_t addresses; /* hash */
	uint64_t generation;
	uint32_t pid, renewed;
	uint32_t id;
};

struct known_task {
	struct sample_key key; /* stack and cpu are 0 */
	uint32_t id;
};

struct resolver {
	struct processes *processes;
	const struct events *events;
	const struct sampler_sink *sink;
	unsigned max_depth, kernel_depth;
	bool keep_files;
	struct known_stack *stacks;
	size_t n_stacks, stacks_cap;
	struct table by_stack;
	struct known_task *tasks;
	size_t n_tasks, tasks_cap;
	struct table by_task;
	struct place *places;
	uint32_t waits[N_WAIT_STATES]; /* ids of marks; as ends */
	uint32_t unknown;	    /* id of the mark for an address nobody knows; valid while marked */
	uint32_t ends[STACK_ENDS]; /* ids of marks; UINT32_MAX: not defined yet */
	bool marked;
};

struct resolver *
resolver_open(struct processes *processes, const struct events *events, const struct sampler_sink *sink, unsigned max_depth,
	      unsigned kernel_depth, bool keep_files)
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->processes = processes;
	r->events = events;
	r->sink = sink;
	r->max_depth = max_depth;
	r->kernel_depth = kernel_depth;
	r->keep_files = keep_files;
	r->places = xcalloc(USER_DEPTH + KERNEL_DEPTH + 8, sizeof(*r->places));
	return r;
}

static void
forget_stacks(struct resolver *r)
{
	table_clear(&r->by_stack);
	r->n_stacks = 0;
}

static void
forget_tasks(struct resolver *r)
{
	table_clear(&r->by_task);
	r->n_tasks = 0;
}

void
resolver_forget(struct resolver *r)
{
	forget_stacks(r);
	forget_tasks(r);
	processes_forget(r->processes);
	r->marked = false;
}

void
resolver_close(struct resolver *r)
{
	table_free(&r->by_stack);
	table_free(&r->by_task);
	free(r->stacks);
	free(r->tasks);
	free(r->places);
	free(r);
}

static uint32_t
define_mark(struct resolver *r, const char *text)
{
	return r->sink->module(r->sink->context, &(struct module_fact){.origin = ORIGIN_MARK, .path = text});
}

/* What stands in the root's place when the walk did not come there. */
static const char *const marks[STACK_ENDS] = {
	[END_DEPTH] = "[truncated]",
	[END_NO_ROW] = "[no unwind row]",
	[END_UNREADABLE] = "[stack unreadable]",
	[END_NO_MAPPING] = "[no mapping yet]",
	[END_NO_TABLE] = "[no unwind table yet]",
	[END_STUCK] = "[no caller above]",
};

/* What stands on top of a stack that waits. */
static const char *const wait_marks[N_WAIT_STATES] = {
	[WAIT_SLEEP] = "[sleeping]",
	[WAIT_DISK] = "[disk sleep]",
	[WAIT_STOPPED] = "[stopped]",
	[WAIT_RUNNABLE] = "[waiting for a cpu]",
	[WAIT_UNSEEN] = "[waiting since before]",
	[WAIT_UNSAMPLED] = "[not sampled]",
};

const char *const stack_ends[STACK_ENDS] = {
	[END_ROOT] = "user stacks: root reached",
	[END_DEPTH] = "user stacks: deeper than asked for",
	[END_NO_ROW] = "user stacks: no unwind row",
	[END_UNREADABLE] = "user stacks: stack unreadable",
	[END_NO_MAPPING] = "user stacks: no mapping yet",
	[END_NO_TABLE] = "user stacks: no unwind table yet",
	[END_STUCK] = "user stacks: no caller above",
	[END_UNTOLD] = "user stacks: not told",
};
_Static_assert((int)N_STACK_ENDS == (int)STACK_ENDS, "each end has its words");

static void
define_marks(struct resolver *r)
{
	if (r->marked)
		return;
	r->unknown = define_mark(r, "[unknown]");
	memset(r->ends, 0xff, sizeof(r->ends));
	memset(r->waits, 0xff, sizeof(r->waits));
	r->marked = true;
}

static size_t
mark_end(struct resolver *r, enum stack_end end, size_t n)
{
	if (!marks[end])
		return n;
	if (r->ends[end] == UINT32_MAX)
		r->ends[end] = define_mark(r, marks[end]);
	r->places[n] = (struct place){.module = r->ends[end]};
	return n + 1;
}

/* Who ended a wait. */
static struct place
waker_place(struct resolver *r, const struct sample_key *key)
{
	char text[64];

	if (key->woken == WAKER_INTERRUPT)
		snprintf(text, sizeof(text), "[woken by an interrupt]");
	else
		snprintf(text, sizeof(text), "[woken by %.15s-%u]", key->waker, key->waker_tid);
	return (struct place){.module = define_mark(r, text)};
}

static size_t
mark_wait(struct resolver *r, const struct sample_key *key, size_t n)
{
	uint32_t state = key->state % N_WAIT_STATES;

	if (state == WAIT_NONE)
		return n;
	if (r->waits[state] == UINT32_MAX)
		r->waits[state] = define_mark(r, wait_marks[state]);
	r->places[n++] = (struct place){.module = r->waits[state]};
	if (key->woken != WAKER_NONE && state != WAIT_RUNNABLE)
		r->places[n++] = waker_place(r, key);
	return n;
}

/* A program of 32 bits has another vDSO than ours, whose symbols we do not know. */
static enum module_origin
origin_of(const struct mapping *m)
{
	if (!strcmp(m->backing->path, "[vdso]"))
		return m->end > UINT32_MAX ? ORIGIN_VDSO : ORIGIN_ANON;
	return m->backing->memory ? ORIGIN_ANON : ORIGIN_FILE;
}

static uint32_t
anonymous(struct resolver *r, struct process *p)
{
	if (!p->anon_defined) {
		struct module_fact fact = {.origin = ORIGIN_ANON, .path = "[anon]", .pid = p->pid, .place.pid = p->pid,
					   .exec = p->exec, .forked_from = p->forked_from};

		p->anon_id = r->sink->module(r->sink->context, &fact);
		p->anon_defined = true;
	}
	return p->anon_id;
}

static uint32_t
module_of(struct resolver *r, struct process *p, const struct mapping *m)
{
	struct backing *b = m->backing;
	struct module_fact fact = {.path = b->path, .fd = -1, .place = {p->pid, m->start, m->end, b->inode}};

	if (b->path[0] == '/' && !backing_is_anonymous(b))
		backing_ask_build_id(b, p->pid, m);
	fact.origin = origin_of(m);
	if (fact.origin == ORIGIN_ANON)
		return anonymous(r, p);
	if (b->defined)
		return b->id;
	fact.build_id = b->build_id;
	fact.build_id_len = b->build_id_len;
	fact.content = b->has_content ? b->content : NULL;
	if (r->keep_files && fact.origin == ORIGIN_FILE)
		fact.fd = backing_descriptor(b, p->pid, m);
	b->id = r->sink->module(r->sink->context, &fact);
	b->defined = true;
	return b->id;
}

static struct place
user_place(struct resolver *r, struct process *p, uint64_t address)
{
	const struct mapping *m = p ? space_find(p->space, address) : NULL;
	struct place place = {.module = r->unknown};

	if (!m)
		return place;
	place.module = module_of(r, p, m);
	place.offset = origin_of(m) == ORIGIN_ANON ? address : address - m->start + m->page_offset;
	return place;
}

/* Of a part that the kernel walked. One frame more than wanted was asked for, to tell; where the kernel gives no more,
 * as many as it gives are taken to be not all. */
static bool
is_truncated(const struct resolver *r, size_t n)
{
	return n > r->max_depth || n >= r->kernel_depth;
}

static size_t
shown(const struct resolver *r, size_t n)
{
	return n > r->max_depth ? r->max_depth : n;
}

/* Root first: user part, then kernel part. */
static size_t
resolve_places(struct resolver *r, struct process *p, const struct raw_sample *raw, const uint64_t *addresses)
{
	const uint64_t *kernel = addresses + raw->n_user;
	enum stack_end end = raw->end;
	size_t n;

	if (end == END_UNTOLD && is_truncated(r, raw->n_user))
		end = END_DEPTH;
	n = raw->n_user ? mark_end(r, end, 0) : 0;
	for (size_t i = shown(r, raw->n_user); i > 0; i--)
		r->places[n++] = user_place(r, p, addresses[i - 1]);
	if (is_truncated(r, raw->n_kernel))
		n = mark_end(r, END_DEPTH, n);
	for (size_t i = shown(r, raw->n_kernel); i > 0; i--)
		r->places[n++] = (struct place){.module = PLACE_KERNEL, .offset = kernel[i - 1]};
	return mark_wait(r, &raw->key, n);
}

/* What makes stacks of equal addresses differ. */
static uint64_t
hash_wait(const struct sample_key *key)
{
	if (key->state == WAIT_NONE)
		return 0;
	return hash_pair(key->state, key->state == WAIT_RUNNABLE ? 0 : hash_bytes(&key->woken, sizeof(*key) - offsetof(struct sample_key, woken)));
}

static uint32_t
stack_of(struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses)
{
	struct process *p = raw->n_user ? process_of(r->processes, raw->key.pid, raw->key.exec, raw->time)
					 : NULL;
	struct known_stack want = {raw->key.stack ^ hash_wait(&raw->key), p ? p->space->generation : 0, p ? raw->key.pid : 0, p ? p->renewed : 0, 0};
	uint64_t hash = hash_pair(want.addresses, hash_pair(want.generation, (uint64_t)want.renewed << 32 | want.pid));
	struct table_probe probe = table_probe(&r->by_stack, hash);
	uint32_t i;

	while (table_next(&r->by_stack, &probe, &i))
		if (r->stacks[i].addresses == want.addresses && r->stacks[i].generation == want.generation &&
		    r->stacks[i].pid == want.pid && r->stacks[i].renewed == want.renewed)
			return r->stacks[i].id;
	if (r->n_stacks >= CACHE_MAX)
		forget_stacks(r);
	define_marks(r);
	want.id = r->sink->stack(r->sink->context, r->places, resolve_places(r, p, raw, addresses),
				 events_in_program(r->events, raw->key.event));
	GROW(r->stacks, r->n_stacks, r->stacks_cap);
	r->stacks[r->n_stacks] = want;
	table_insert(&r->by_stack, hash, (uint32_t)r->n_stacks++);
	return want.id;
}

static uint32_t
task_of(struct resolver *r, const struct sample_key *key)
{
	struct sample_key want = *key;
	struct task_fact fact;
	struct table_probe probe;
	uint64_t hash;
	uint32_t i;

	want.stack = want.cpu = 0;
	memset(&want.event, 0, sizeof(want) - offsetof(struct sample_key, event));
	want.comm[sizeof(want.comm) - 1] = 0;
	hash = hash_bytes(&want, sizeof(want));
	probe = table_probe(&r->by_task, hash);
	while (table_next(&r->by_task, &probe, &i))
		if (!memcmp(&r->tasks[i].key, &want, sizeof(want)))
			return r->tasks[i].id;
	if (r->n_tasks >= CACHE_MAX)
		forget_tasks(r);
	fact = (struct task_fact){.pid = want.pid, .tid = want.tid, .start = want.start, .comm = want.comm};
	GROW(r->tasks, r->n_tasks, r->tasks_cap);
	r->tasks[r->n_tasks] = (struct known_task){.key = want, .id = r->sink->task(r->sink->context, &fact)};
	table_insert(&r->by_task, hash, (uint32_t)r->n_tasks);
	return r->tasks[r->n_tasks++].id;
}

struct sample_fact
resolve(struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses)
{
	return (struct sample_fact){
		.time = raw->time,
		.event = raw->key.event,
		.task = task_of(r, &raw->key),
		.stack = stack_of(r, raw, addresses),
		.cpu = raw->key.cpu,
		.count = raw->count,
		.value = raw->value,
	};
}
