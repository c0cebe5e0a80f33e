// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-record's frames in code that was made at run time. */
#include "cmd/record_jit.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/record_jit_symbols.h"
#include "stream/define.h"
#include "sym/demangle.h"

enum {
	MS = 1000000,
	TICK = 50 * MS,		/* ns between two ticks at the least */
	TICK_TAKES = 5 * MS,	/* ns that reading may take on a tick, */
	WINDOW_TAKES = 30 * MS, /* and for a window */
	PROCESSES_MAX = 256,	/* followed at a time, those that samples are in rather than others */
	PIECES_MAX = 2 << 20,	/* of code that are known at a time: 48 MiB, and as much again while they are sorted */
	UNNAMED_MAX = 16384,	/* frames of a process that wait for a name, */
	PATIENCE = 10,		/* and for how many s, where a map was there */
};

struct unnamed {
	uint64_t address, since; /* since: CLOCK_MONOTONIC ns */
	uint32_t frame;
	bool is_call, had_map;
};

struct process {
	uint64_t exec;
	uint32_t parent; /* that it was forked from, as /proc said when it was met; 0: not known, or none */
	bool exec_known, sampled;
	bool news;		   /* more is known than when frames were named last */
	bool unread;		   /* there is more to be read */
	unsigned windows_since_end;
	struct jit_symbols symbols;
	struct unnamed *unnamed;
	size_t n_unnamed, cap_unnamed;
	uint32_t next_unnamed; /* frames with smaller ids were among them */
};

struct jit_frames {
	struct definer *definer;
	struct process *all[PROCESSES_MAX];
	size_t n, turn;
	uint64_t ticked;    /* CLOCK_MONOTONIC ns */
	uint64_t since;	    /* when the recording began, CLOCK_REALTIME ns */
	uint64_t next;	    /* the offset that is given to the next symbol */
	uint64_t budget;    /* ns that reading may still take for this window */
	uint64_t not_followed; /* times that there was no room for a process */
	bool full;	    /* not all code was known at some time */
};

struct jit_frames *
jit_frames_open(struct definer *d)
{
	struct jit_frames *j = xcalloc(1, sizeof(*j));

	j->definer = d;
	j->since = clock_ns(CLOCK_REALTIME);
	return j;
}

/* ---- processes ---- */

static void
process_free(struct process *p)
{
	for (size_t i = 0; i < p->symbols.n_files; i++)
		jit_process_release(p->symbols.files[i]);
	jit_symbols_free(&p->symbols);
	free(p->unnamed);
	free(p);
}

static struct jit_process *
own_files(const struct process *p)
{
	return p->symbols.files[0];
}

void
jit_frames_close(struct jit_frames *j)
{
	for (size_t i = 0; i < j->n; i++)
		process_free(j->all[i]);
	free(j);
}

void
jit_frames_forget(struct jit_frames *j)
{
	for (size_t i = 0; i < j->n; i++) {
		jit_symbols_forget(&j->all[i]->symbols);
		j->all[i]->n_unnamed = 0;
		j->all[i]->next_unnamed = 0;
	}
	j->next = 0;
}

static struct process *
find(struct jit_frames *j, uint32_t pid)
{
	for (size_t i = j->n; i-- > 0;)
		if (j->all[i]->symbols.pid == pid)
			return j->all[i];
	return NULL;
}

/* Makes room by forgetting one that no sample was in. False: there is none. */
static bool
make_room(struct jit_frames *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (!j->all[i]->sampled) {
			process_free(j->all[i]);
			j->n--;
			memmove(j->all + i, j->all + i + 1, (j->n - i) * sizeof(*j->all)); /* the latest of a pid stay last */
			return true;
		}
	return false;
}

static struct process *
meet(struct jit_frames *j, uint32_t pid)
{
	struct process *p = find(j, pid);

	if (p && !own_files(p)->ended)
		return p;
	if (j->n == PROCESSES_MAX && !make_room(j)) {
		j->not_followed++;
		return p;
	}
	p = xcalloc(1, sizeof(*p));
	p->symbols.pid = pid;
	p->symbols.files[p->symbols.n_files++] = jit_process_open(pid, j->since);
	jit_process_look(own_files(p), UINT64_MAX);
	p->parent = jit_process_forked_from(pid);
	return j->all[j->n++] = p;
}

/* It has the code that its parent had. */
static void
inherit(struct jit_frames *j, struct process *p, uint32_t parent)
{
	const struct process *from;

	if (!parent && !jit_process_has_map(own_files(p)))
		parent = p->parent;
	from = parent && parent != p->symbols.pid ? meet(j, parent) : NULL;
	for (size_t i = 0; from && i < from->symbols.n_files && p->symbols.n_files < JIT_ANCESTORS; i++) {
		from->symbols.files[i]->users++;
		p->symbols.files[p->symbols.n_files++] = from->symbols.files[i];
	}
	p->unread = true;
}

void
jit_frames_code(struct jit_frames *j, const struct code_fact *f)
{
	struct process *p = meet(j, f->pid);

	if (p && f->dump)
		jit_process_add_dump(own_files(p), f->dump, f->start, f->end);
	if (p && f->map >= 0)
		jit_process_add_map(own_files(p), f->map);
	else if (f->map >= 0)
		close(f->map);
}

static void
change_program(struct process *p)
{
	while (p->symbols.n_files > 1)
		jit_process_release(p->symbols.files[--p->symbols.n_files]);
	jit_process_exec(own_files(p));
	p->parent = 0;
	p->n_unnamed = 0;
}

void
jit_frames_sampled(struct jit_frames *j, const struct module_fact *f)
{
	struct process *p = find(j, f->pid);
	bool ended = p && own_files(p)->ended && p->windows_since_end > 1;

	if (!p || ended)
		p = meet(j, f->pid);
	if (!p)
		return;
	if (p->exec_known && p->exec != f->exec)
		change_program(p);
	p->exec_known = true;
	p->exec = f->exec;
	p->sampled = true;
	if (p->symbols.n_files == 1)
		inherit(j, p, f->forked_from);
	p->unread = true;
}

/* ---- reading ---- */

static size_t
pieces(const struct jit_frames *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		n += jit_process_pieces(own_files(j->all[i]));
	return n;
}

/* True: there is more to be read. */
static bool
read_files(struct jit_frames *j, struct process *p, uint64_t ns)
{
	uint64_t deadline = monotonic_ns() + ns;
	size_t all = pieces(j);
	uint64_t known;

	p->unread = false;
	for (size_t i = 0; i < p->symbols.n_files && !p->unread; i++) {
		known = jit_process_progress(p->symbols.files[i]);
		p->unread = jit_process_read(p->symbols.files[i], deadline, all < PIECES_MAX ? PIECES_MAX - all : 0);
		p->news |= jit_process_progress(p->symbols.files[i]) != known;
	}
	j->full |= all >= PIECES_MAX;
	return p->unread;
}

/* Those that have ended have a last look for their map, which some write at the end. */
static void
see_ended(struct jit_frames *j)
{
	struct pollfd fds[PROCESSES_MAX];

	for (size_t i = 0; i < j->n; i++)
		fds[i] = (struct pollfd){.fd = own_files(j->all[i])->ended ? -1 : own_files(j->all[i])->pidfd, .events = POLLIN};
	if (!j->n || poll(fds, j->n, 0) <= 0)
		return;
	for (size_t i = 0; i < j->n; i++)
		if (fds[i].revents) {
			j->all[i]->unread |= jit_process_look(own_files(j->all[i]), UINT64_MAX);
			own_files(j->all[i])->ended = true;
		}
}

void
jit_frames_tick(struct jit_frames *j)
{
	uint64_t now = j->n ? monotonic_ns() : 0, end = now + TICK_TAKES;

	if (now - j->ticked < TICK)
		return;
	j->ticked = now;
	see_ended(j);
	for (size_t k = 0; k < j->n; k++) {
		struct process *p = j->all[j->turn++ % j->n];

		if (!own_files(p)->ended)
			p->unread |= jit_process_look(own_files(p), now);
		if (!p->sampled || !p->unread)
			continue;
		now = monotonic_ns();
		if (now >= end)
			break;
		read_files(j, p, end - now);
	}
}

/* ---- frames ---- */

static void
wait_for_name(struct process *p, uint32_t frame, uint64_t address, bool is_call)
{
	if (frame < p->next_unnamed || p->n_unnamed == UNNAMED_MAX)
		return;
	p->next_unnamed = frame + 1;
	GROW(p->unnamed, p->n_unnamed, p->cap_unnamed);
	p->unnamed[p->n_unnamed++] = (struct unnamed){
		address, monotonic_ns(), frame, is_call, jit_process_has_map(own_files(p)) && !p->unread};
}

/* What was not read yet of a process that samples are in for the first time. */
static void
catch_up(struct jit_frames *j, struct process *p)
{
	uint64_t before = monotonic_ns(), took;

	read_files(j, p, j->budget);
	took = monotonic_ns() - before;
	j->budget -= took < j->budget ? took : j->budget;
}

uint32_t
jit_frame(struct jit_frames *j, uint32_t pid, uint64_t address, bool is_call, uint32_t anonymous)
{
	struct process *p = find(j, pid);
	uint32_t frame;

	if (p && p->unread && j->budget)
		catch_up(j, p);
	if (p && jit_symbols_frame(&p->symbols, j->definer, &j->next, address, is_call, &frame))
		return frame;
	frame = define_frame(j->definer, anonymous, address);
	if (p)
		wait_for_name(p, frame, address, is_call);
	return frame;
}

/* ---- what was read later ---- */

static bool
name_late(struct jit_frames *j, const struct process *p, const struct unnamed *u)
{
	struct code_range code;
	const struct jit_file_of *f = jit_symbols_find(&p->symbols, u->address, u->is_call, &code);
	struct buf raw = {0}, name = {0};
	uint64_t size;
	bool good = f && jit_file_symbol(&f->file, &code, &size, &raw) && raw.len;

	if (good && !demangle(raw.data, raw.len, &name))
		buf_add(&name, raw.data, raw.len);
	if (good)
		define_name(j->definer, u->frame, text_of(name.data, name.len));
	buf_free(&raw);
	buf_free(&name);
	return good;
}

/* A map that comes at last is about all that was there before; a line that is added to one, about what was just made. */
static void
name_unnamed(struct jit_frames *j, struct process *p)
{
	uint64_t now = monotonic_ns();
	size_t kept = 0;

	for (size_t i = 0; i < p->n_unnamed; i++) {
		const struct unnamed *u = &p->unnamed[i];
		bool late = u->had_map && (now - u->since) / 1000 / MS > PATIENCE;

		if (!late && !name_late(j, p, u))
			p->unnamed[kept++] = *u;
	}
	p->n_unnamed = kept;
}

static void
remove_ended(struct jit_frames *j)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->n; i++) {
		struct process *p = j->all[i];

		p->windows_since_end += own_files(p)->ended;
		if (p->windows_since_end > 2 && !(p->sampled && p->unread && p->n_unnamed))
			process_free(p);
		else
			j->all[kept++] = p;
	}
	j->n = kept;
}

void
jit_frames_window(struct jit_frames *j, struct sampler *sampler)
{
	uint64_t end = monotonic_ns() + WINDOW_TAKES / 2;

	see_ended(j);
	remove_ended(j);
	for (size_t i = 0; i < j->n; i++) {
		struct process *p = j->all[i];
		uint64_t now = monotonic_ns();

		if (!p->sampled)
			continue;
		if (now < end)
			read_files(j, p, end - now);
		if (!p->news)
			continue;
		p->news = false;
		name_unnamed(j, p);
		if (jit_symbols_replaced(&p->symbols))
			sampler_renew(sampler, p->symbols.pid);
	}
	j->budget = WINDOW_TAKES / 2;
}

void
jit_frames_report(const struct jit_frames *j, struct buf *lines)
{
	if (j->not_followed)
		buf_printf(lines, "symbols of code made at run time: more than %d processes at a time; others have none\n", PROCESSES_MAX);
	if (j->full)
		buf_printf(lines, "symbols of code made at run time: more than %d pieces of code; others have none\n", PIECES_MAX);
}
