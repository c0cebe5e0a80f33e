// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-record's one place where facts from the sampler become records of the stream. */
#include "cmd/record_sink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cmd/record_jit.h"
#include "cmd/record_keep.h"
#include "cmd/record_kernel.h"
#include "elf/content_id.h"
#include "stream/define.h"
#include "stream/stream.h"
#include "stream/writer.h"

struct known_module {
	enum module_origin origin;
	uint32_t pid; /* of anonymous memory */
};

struct recorder {
	struct recording recording;
	struct writer *w;
	struct definer *definer;
	struct kernel_frames *kernel;
	struct jit_frames *jit;
	struct known_module *modules; /* by id; owned */
	size_t n_modules, modules_cap;
	uint64_t start; /* of the segment, CLOCK_MONOTONIC ns */
	size_t tasks;	/* defined in the segment */
	struct sampler_totals before; /* totals at the segment's start */
};

static struct text
text(const char *s)
{
	return text_of(s, strlen(s));
}

struct recorder *
recorder_open(int fd)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->w = writer_open(fd);
	r->definer = definer_open(r->w);
	r->kernel = kernel_frames_open(r->definer);
	r->jit = jit_frames_open(r->definer);
	return r;
}

void
recorder_close(struct recorder *r)
{
	jit_frames_close(r->jit);
	kernel_frames_close(r->kernel);
	definer_close(r->definer);
	writer_close(r->w);
	free(r->modules);
	free(r);
}

void
recorder_begin(struct recorder *r, const struct recording *recording, uint64_t start)
{
	struct utsname u = {0};

	r->recording = *recording;
	uname(&u);
	definer_forget(r->definer);
	kernel_frames_forget(r->kernel);
	jit_frames_forget(r->jit);
	r->n_modules = 0;
	r->tasks = 0;
	r->start = start;
	write_segment(r->w, &(struct segment_record){
		.version = STREAM_VERSION,
		.host = text(u.nodename),
		.release = text(u.release),
		.arch = text(u.machine),
		.cpus = r->recording.cpus,
		.monotonic = r->start,
		.realtime = clock_ns(CLOCK_REALTIME) - (clock_ns(CLOCK_MONOTONIC) - start),
		.command = text(r->recording.command_line),
	});
	for (size_t i = 0; i < sampler_events(recording->sampler); i++) {
		const struct event_fact *e = sampler_event(recording->sampler, i);

		write_event(r->w, &(struct event_record){
			.name = text(e->name),
			.unit = text(e->unit),
			.frequency = e->frequency,
			.period = e->period,
		});
	}
}

void
recorder_tick(struct recorder *r)
{
	jit_frames_tick(r->jit);
}

void
recorder_look(struct recorder *r)
{
	jit_frames_window(r->jit, r->recording.sampler);
}

void
recorder_report(const struct recorder *r, struct buf *lines)
{
	const char *kernel = kernel_frames_warning(r->kernel);

	if (kernel)
		buf_printf(lines, "%s\n", kernel);
	jit_frames_report(r->jit, lines);
}

bool
recorder_flush(struct recorder *r)
{
	kernel_frames_window(r->kernel);
	return writer_flush(r->w);
}

size_t
recorder_count(const struct recorder *r)
{
	return definer_count(r->definer) + r->tasks;
}

bool
recorder_end(struct recorder *r, const struct sampler_totals *now)
{
	static const enum tally_class classes[] = {
		[CLASS_FIRED] = TALLY_FIRED,
		[CLASS_DELIVERED] = TALLY_DELIVERED,
		[CLASS_FILTERED] = TALLY_FILTERED,
		[CLASS_LOST] = TALLY_LOST,
	};
	struct sampler_totals *old = &r->before;

	for (size_t i = 0; i < SAMPLE_FATES; i++)
		write_tally(r->w, &(struct tally_record){classes[sample_fates[i].class], text(sample_fates[i].cause),
							 now->fates[i] - old->fates[i]});
	write_tally(r->w, &(struct tally_record){TALLY_OTHER, text("side-band records lost"), now->side_lost - old->side_lost});
	write_tally(r->w, &(struct tally_record){TALLY_OTHER, text("tasks not followed"), now->missed - old->missed});
	for (size_t i = 0; i < STACK_ENDS; i++)
		if (now->ends[i] != old->ends[i])
			write_tally(r->w, &(struct tally_record){TALLY_OTHER, text(stack_ends[i]), now->ends[i] - old->ends[i]});
	*old = *now;
	return writer_end(r->w);
}

/* ---- the sampler's callbacks ---- */

static void
know_module(struct recorder *r, uint32_t id, const struct module_fact *f)
{
	while (r->n_modules <= id) {
		GROW(r->modules, r->n_modules, r->modules_cap);
		r->modules[r->n_modules++] = (struct known_module){ORIGIN_MARK, 0};
	}
	r->modules[id] = (struct known_module){f->origin, f->pid};
}

static uint32_t
on_module(void *context, const struct module_fact *f)
{
	static const enum module_kind kinds[] = {
		[ORIGIN_FILE] = MODULE_FILE,
		[ORIGIN_VDSO] = MODULE_VDSO,
		[ORIGIN_ANON] = MODULE_ANON,
		[ORIGIN_MARK] = MODULE_MARK,
	};
	struct recorder *r = context;
	bool is_new;
	uint32_t id = define_file(r->definer, &(struct module_record){
		.kind = kinds[f->origin],
		.pid = f->pid,
		.build_id = text_of((const char *)f->build_id, f->build_id_len),
		.path = text(f->path),
	}, text_of((const char *)f->content, f->content ? CONTENT_ID : 0), &is_new);

	know_module(r, id, f);
	if (is_new && f->origin == ORIGIN_FILE && f->place.pid)
		write_place(r->w, &(struct place_record){
			.module = id, .pid = f->place.pid, .start = f->place.start, .end = f->place.end});
	if (f->origin == ORIGIN_FILE && r->recording.keeper)
		keeper_add(r->recording.keeper, f);
	if (f->origin == ORIGIN_VDSO)
		define_vdso_symbols(r->definer, id);
	if (f->origin == ORIGIN_ANON)
		jit_frames_sampled(r->jit, f);
	return id;
}

/* How many of a stack's frames are in the kernel's way to the program that took it: from there up to the marks on top. */
static size_t
in_the_way(struct recorder *r, const struct place *places, size_t end)
{
	size_t n = 0;

	while (n < end && places[end - n - 1].module == PLACE_KERNEL && kernel_is_program(r->kernel, places[end - n - 1].offset))
		n++;
	return n;
}

static size_t
kernel_end(const struct place *places, size_t n)
{
	while (n && places[n - 1].module != PLACE_KERNEL)
		n--;
	return n;
}

static enum module_origin
origin_of(const struct recorder *r, const struct place *p)
{
	return r->modules[p->module].origin;
}

/* Where the user part is: the place behind its innermost frame. All its other frames are where calls return to. */
static size_t
user_end(const struct recorder *r, const struct place *places, size_t n)
{
	while (n && (places[n - 1].module == PLACE_KERNEL || origin_of(r, &places[n - 1]) == ORIGIN_MARK))
		n--;
	return n;
}

static uint32_t
frame_of(struct recorder *r, const struct place *p, bool is_call)
{
	if (p->module == PLACE_KERNEL)
		return kernel_frame(r->kernel, p->offset);
	if (origin_of(r, p) == ORIGIN_ANON)
		return jit_frame(r->jit, r->modules[p->module].pid, p->offset, is_call, p->module);
	return define_frame(r->definer, p->module, p->offset);
}

static uint32_t
on_stack(void *context, const struct place *places, size_t n, bool in_program)
{
	struct recorder *r = context;
	uint32_t stack = STACK_ROOT;
	size_t end = in_program ? kernel_end(places, n) : n, skip = in_program ? in_the_way(r, places, end) : 0;
	size_t user = user_end(r, places, n);

	for (size_t i = 0; i < n; i++)
		if (i < end - skip || i >= end)
			stack = define_stack(r->definer, stack, frame_of(r, &places[i], i + 1 != user));
	if (stack != STACK_ROOT)
		return stack;
	return define_stack(r->definer, STACK_ROOT,
			    define_frame(r->definer,
					 on_module(r, &(struct module_fact){.origin = ORIGIN_MARK, .path = "[no stack]"}),
					 0));
}

static void
on_code(void *context, const struct code_fact *f)
{
	struct recorder *r = context;

	jit_frames_code(r->jit, f);
}

static uint32_t
on_task(void *context, const struct task_fact *f)
{
	struct recorder *r = context;

	r->tasks++;
	return write_task(r->w, &(struct task_record){
		.pid = f->pid,
		.tid = f->tid,
		.start = f->start,
		.comm = text(f->comm),
	});
}

static uint64_t
since_start(const struct recorder *r, uint64_t time)
{
	return time > r->start ? time - r->start : 0;
}

static void
on_window(void *context, uint32_t event, uint64_t start, uint64_t end)
{
	struct recorder *r = context;

	/* What follows a window is its: samples of an earlier one may not wait for those of this one. */
	writer_cut(r->w);
	write_window(r->w, &(struct window_record){
		.event = event,
		.start = since_start(r, start),
		.end = since_start(r, end),
	});
}

static void
write_one(struct recorder *r, const struct sample_fact *f)
{
	if (sampler_event(r->recording.sampler, f->event)->has_values)
		write_timed_value(r->w, &(struct timed_value_record){
			.time = since_start(r, f->time),
			.task = f->task,
			.cpu = f->cpu,
			.stack = f->stack,
			.value = f->value,
		});
	else
		write_timed(r->w, &(struct timed_record){
			.time = since_start(r, f->time),
			.task = f->task,
			.cpu = f->cpu,
			.stack = f->stack,
		});
}

static void
write_several(struct recorder *r, const struct sample_fact *f)
{
	if (sampler_event(r->recording.sampler, f->event)->has_values)
		write_valued(r->w, &(struct valued_record){
			.task = f->task,
			.cpu = f->cpu,
			.stack = f->stack,
			.count = f->count,
			.value = f->value,
		});
	else
		write_sample(r->w, &(struct sample_record){
			.task = f->task,
			.cpu = f->cpu,
			.stack = f->stack,
			.count = f->count,
		});
}

static void
on_sample(void *context, const struct sample_fact *f)
{
	struct recorder *r = context;

	/* A part of a sample that was counted with another part has no time of its own. */
	if (r->recording.timestamps && f->count)
		write_one(r, f);
	else
		write_several(r, f);
}

static void
on_lost(void *context, const char *cause, uint32_t cpu, uint64_t count)
{
	struct recorder *r = context;

	write_lost(r->w, &(struct lost_record){.cause = text(cause), .cpu = cpu, .count = count});
}

struct sampler_sink
recorder_sink(struct recorder *r)
{
	return (struct sampler_sink){
		.context = r,
		.module = on_module,
		.stack = on_stack,
		.task = on_task,
		.window = on_window,
		.sample = on_sample,
		.lost = on_lost,
		.code = on_code,
	};
}
