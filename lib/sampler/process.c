// SPDX-License-Identifier: GPL-2.0-or-later
/* Which file was mapped where, in each process. */
#include "sampler/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { EXEC_TAKES = 50000 }; /* ns; see is_stale() */

static uint32_t
index_of(const struct processes *ps, uint32_t pid)
{
	struct table_probe p = table_probe(&ps->by_pid, hash_word(pid));
	uint32_t i;

	while (table_next(&ps->by_pid, &p, &i))
		if (ps->all[i]->pid == pid)
			return i;
	return UINT32_MAX;
}

struct process *
process_find(const struct processes *ps, uint32_t pid)
{
	uint32_t i = index_of(ps, pid);

	return i == UINT32_MAX || !ps->all[i]->space ? NULL : ps->all[i];
}

static struct space *
space_new(struct processes *ps)
{
	struct space *s = xcalloc(1, sizeof(*s));

	s->users = 1;
	s->generation = ++ps->backings->generations;
	return s;
}

static void
space_release(struct processes *ps, struct space *s)
{
	if (s && !--s->users) {
		backings_release(ps->backings, s->placed);
		free(s->mappings);
		free(s);
	}
}

/* The slot of a process that has gone stays in the table for the next with its pid. */
static struct process *
slot(struct processes *ps, uint32_t pid)
{
	uint32_t i = index_of(ps, pid);

	if (i != UINT32_MAX)
		return ps->all[i];
	GROW(ps->all, ps->n, ps->cap);
	ps->all[ps->n] = xcalloc(1, sizeof(struct process));
	ps->all[ps->n]->pid = pid;
	ps->n_gone++;
	table_insert(&ps->by_pid, hash_word(pid), (uint32_t)ps->n);
	return ps->all[ps->n++];
}

/* For whoever follows the present. */
static void
tell(struct processes *ps, struct process *p)
{
	if (!ps->tells || p->changed)
		return;
	p->changed = true;
	GROW(ps->changed, ps->n_changed, ps->changed_cap);
	ps->changed[ps->n_changed++] = p->pid;
}

static void
set_space(struct processes *ps, struct process *p, struct space *s)
{
	tell(ps, p);
	ps->n_gone += (p->space && !s);
	ps->n_gone -= (!p->space && s);
	space_release(ps, p->space);
	p->space = s;
	p->anon_defined = false;
}

struct space *
process_know(struct processes *ps, uint32_t pid)
{
	struct process *p = slot(ps, pid);

	if (!p->space)
		set_space(ps, p, space_new(ps));
	return p->space;
}

/* An exec that the kernel did not tell of (its record was lost) shows in the samples all the same: they count further
 * than we were told. Between the record and the moment when the task counts its exec, some microseconds, there may still be
 * a sample with the old count. */
static bool
is_stale(struct process *p, uint64_t exec, uint64_t time)
{
	uint64_t execs = p->exec_known ? exec - p->exec : 0;
	bool stale = execs > p->execs_told;

	p->forked_from = stale ? 0 : p->forked_from;
	p->execs_told = stale || time > p->exec_time + EXEC_TAKES ? 0 : p->execs_told - (uint32_t)execs;
	p->exec = exec;
	p->exec_known = true;
	return stale;
}

void
process_ask(struct processes *ps, uint32_t pid)
{
	struct process *p = slot(ps, pid);

	if (p->space || p->asked == ps->round + 1)
		return;
	p->asked = ps->round + 1;
	process_snapshot(ps, pid);
}

bool
processes_changed(struct processes *ps, uint32_t *pid, struct process **p)
{
	uint32_t i;

	if (!ps->n_changed)
		return false;
	*pid = ps->changed[--ps->n_changed];
	i = index_of(ps, *pid);
	*p = i == UINT32_MAX ? NULL : ps->all[i];
	if (*p)
		(*p)->changed = false;
	if (*p && !(*p)->space)
		*p = NULL;
	return true;
}

struct process *
process_of(struct processes *ps, uint32_t pid, uint64_t exec, uint64_t time)
{
	struct process *p;

	if (!pid)
		return NULL;
	p = slot(ps, pid);
	if (is_stale(p, exec, time))
		set_space(ps, p, NULL);
	process_ask(ps, pid);
	return p->space ? p : NULL;
}

void
process_exec(struct processes *ps, uint32_t pid, uint64_t time)
{
	struct process *p = slot(ps, pid);

	set_space(ps, p, space_new(ps));
	p->execs_told++;
	p->exec_time = time;
	p->forked_from = 0;
}

/* The child of a process that is not known is not known either: /proc will be asked. */
void
process_fork(struct processes *ps, uint32_t pid, uint32_t parent)
{
	struct process *from = process_find(ps, parent), *p;

	if (pid == parent)
		return;
	if (from)
		from->space->users++;
	p = slot(ps, pid);
	set_space(ps, p, from ? from->space : NULL);
	p->exec_known = false;
	p->execs_told = 0;
	p->asked = 0;
	p->forked_from = parent;
}

void
process_exit(struct processes *ps, uint32_t pid)
{
	GROW(ps->exited, ps->n_exited, ps->exited_cap);
	ps->exited[ps->n_exited++] = pid;
}

void
processes_doubt(struct processes *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		set_space(ps, ps->all[i], NULL);
	ps->round++;
}

/* Gives back the slots of processes that have gone, when they are the most. */
static void
compact(struct processes *ps)
{
	size_t kept = 0;

	if (ps->n_gone < 1024 || ps->n_gone * 2 < ps->n)
		return;
	table_clear(&ps->by_pid);
	for (size_t i = 0; i < ps->n; i++) {
		if (!ps->all[i]->space) {
			free(ps->all[i]);
			continue;
		}
		table_insert(&ps->by_pid, hash_word(ps->all[i]->pid), (uint32_t)kept);
		ps->all[kept++] = ps->all[i];
	}
	ps->n = kept;
	ps->n_gone = 0;
}

/* Threads may live on when the first one has gone, and need the mappings. */
void
processes_purge(struct processes *ps)
{
	size_t kept = 0;

	for (size_t k = 0; k < ps->n_exited; k++) {
		uint32_t pid = ps->exited[k], i = index_of(ps, pid);

		if (!kill((pid_t)pid, 0) || errno != ESRCH) {
			ps->exited[kept++] = pid;
		} else if (i != UINT32_MAX) {
			ps->all[i]->forked_from = 0;
			set_space(ps, ps->all[i], NULL);
		}
	}
	ps->n_exited = kept;
	ps->round++;
	compact(ps);
}

/* The first mapping that ends above the address. */
static size_t
lower(const struct space *s, uint64_t address)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (s->mappings[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct mapping *
space_find(const struct space *s, uint64_t address)
{
	size_t i = lower(s, address);

	return i < s->n && s->mappings[i].start <= address ? &s->mappings[i] : NULL;
}

static void
insert_at(struct space *s, size_t i, struct mapping m)
{
	if (m.start >= m.end)
		return;
	GROW(s->mappings, s->n, s->cap);
	memmove(s->mappings + i + 1, s->mappings + i, (s->n - i) * sizeof(m));
	s->mappings[i] = m;
	s->n++;
}

/* What was mapped in the range is gone: the kernel says nothing of munmap, but two things cannot be in one place. */
static void
clear_range(struct space *s, uint64_t start, uint64_t end)
{
	size_t i = lower(s, start), last;

	if (i < s->n && s->mappings[i].start < start) {
		struct mapping tail = s->mappings[i];

		s->mappings[i].end = start;
		tail.page_offset += end - tail.start;
		tail.start = end;
		insert_at(s, ++i, tail);
	}
	for (last = i; last < s->n && s->mappings[last].end <= end; last++)
		;
	if (last > i)
		memmove(s->mappings + i, s->mappings + last, (s->n - last) * sizeof(*s->mappings));
	s->n -= last - i;
	if (i < s->n && s->mappings[i].start < end) {
		s->mappings[i].page_offset += end - s->mappings[i].start;
		s->mappings[i].start = end;
	}
}

/* A space of the process's own, to be changed. */
static struct space *
own_space(struct processes *ps, struct process *p)
{
	struct space *old = p->space, *s;

	if (old->users == 1) {
		backings_release(ps->backings, old->placed);
		old->placed.n = 0;
		old->generation = ++ps->backings->generations;
		return old;
	}
	s = space_new(ps);
	s->n = s->cap = old->n;
	s->mappings = xcalloc(s->cap, sizeof(*s->mappings));
	if (old->n)
		memcpy(s->mappings, old->mappings, old->n * sizeof(*s->mappings));
	old->users--;
	p->space = s;
	return s;
}

void
process_map(struct processes *ps, uint32_t pid, const struct mapping *m)
{
	struct process *p = process_find(ps, pid);
	const struct mapping *have;
	struct space *s;

	if (!p || m->start >= m->end)
		return;
	have = space_find(p->space, m->start);
	if (have && have->start == m->start && have->end == m->end && have->page_offset == m->page_offset &&
	    have->backing == m->backing)
		return;
	tell(ps, p);
	s = own_space(ps, p);
	clear_range(s, m->start, m->end);
	insert_at(s, lower(s, m->start), *m);
}

void
processes_copy(struct processes *ps, const struct processes *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct process *p = from->all[i];

		if (!p->space)
			continue;
		p->space->users++;
		set_space(ps, slot(ps, p->pid), p->space);
	}
}

void
processes_forget(struct processes *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		ps->all[i]->anon_defined = false;
	backings_forget(ps->backings);
}

void
processes_free(struct processes *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		space_release(ps, ps->all[i]->space);
		free(ps->all[i]);
	}
	free(ps->all);
	free(ps->exited);
	free(ps->changed);
	table_free(&ps->by_pid);
}
