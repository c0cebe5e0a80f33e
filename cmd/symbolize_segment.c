// SPDX-License-Identifier: GPL-2.0-or-later
/* The segment that pb-symbolize is naming. */
#include "cmd/symbolize_segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/symbolize_explain.h"
#include "elf/content_id.h"
#include "elf/sort.h"
#include "stream/samples.h"

#define PATIENCE 200000000 /* ns that samples of a live stream wait for names */

enum { AT_ONCE = 32 }; /* places that are asked for together in a live stream, so that none waits long behind others */

struct segment_module {
	uint32_t told;	  /* the symbolizer's, for what is not a file */
	uint32_t subject; /* in the report; DICT_NONE for what never has names */
	struct find_mapped mapped;
	uint8_t content[CONTENT_ID]; /* what a file without a build-id is known by */
	size_t content_len;	     /* 0: not even that */
};

void
segment_init(struct segment *g, struct worker *worker, struct symbolizer *told, struct writer *out)
{
	g->told = told;
	g->names.out = out;
	g->pending.worker = worker;
	g->pending.names = &g->names;
	g->dict.without = 1u << RECORD_symbol | 1u << RECORD_task | 1u << RECORD_event;
}

/* ---- modules ---- */

/* What to say when a module that the stream has to name lacks names. */
static const char *
told_why(enum module_kind kind)
{
	if (kind == MODULE_KERNEL)
		return "they were hidden when it was recorded (sysctl kernel.kptr_restrict)";
	if (kind == MODULE_ANON)
		return "code made at run time, of which its maker did not tell (node does with --perf-basic-prof; see pb-record(1))";
	return "the recording does not have them";
}

/* Texts are the dictionary's, or the module's. */
static struct file_facts
facts_of(const struct segment *g, uint32_t module)
{
	struct text path = texts_get(&g->dict.paths, module), id = texts_get(&g->dict.build_ids, module);
	struct file_facts facts = {
		.path = path.data, .path_len = path.len, .id = (const uint8_t *)id.data, .id_len = id.len, .foreign = g->foreign};

	if (module < g->n_modules) {
		facts.mapped = g->modules[module].mapped;
		if (!id.len) {
			facts.id = g->modules[module].content;
			facts.id_len = g->modules[module].content_len;
		}
	}
	return facts;
}

static void
take_modules(struct segment *g)
{
	for (uint32_t i = (uint32_t)g->n_modules; i < g->dict.n_modules; i++) {
		struct file_facts facts = facts_of(g, i);
		enum module_kind kind = g->dict.modules[i].kind;
		struct segment_module m = {.subject = DICT_NONE};

		if (kind == MODULE_FILE) {
			m.subject = report_file(&g->report, &facts);
		} else if (kind != MODULE_MARK) {
			m.told = symbolizer_told(g->told);
			m.subject = report_told(&g->report, facts.path, facts.path_len, m.told, told_why(kind));
		}
		if (m.subject != DICT_NONE && g->explained && explain_is(g->explained, facts.path, facts.path_len))
			g->report.subjects[m.subject].asked_about = true;
		GROW(g->modules, g->n_modules, g->cap_modules);
		g->modules[g->n_modules++] = m;
	}
}

static void
take_symbols(struct segment *g, struct stream *s)
{
	struct symbol_record r;

	while (read_symbol(s, &r))
		if (g->dict.modules[r.module].kind != MODULE_FILE && g->modules[r.module].subject != DICT_NONE)
			symbolizer_tell(g->told, g->modules[r.module].told, r.start, r.size, r.name.data, r.name.len);
}

static void
take_contents(struct segment *g, struct stream *s)
{
	struct content_record r;

	while (read_content(s, &r)) {
		struct segment_module *m = &g->modules[r.module];

		if (g->dict.modules[r.module].kind != MODULE_FILE || texts_get(&g->dict.build_ids, (uint32_t)r.module).len ||
		    r.id.len != CONTENT_ID)
			continue;
		memcpy(m->content, r.id.data, CONTENT_ID);
		m->content_len = CONTENT_ID;
		report_content(&g->report, m->subject, m->content);
	}
}

static void
take_places(struct segment *g, struct stream *s)
{
	struct place_record r;

	while (read_place(s, &r))
		if (r.pid <= INT32_MAX && !g->elsewhere)
			g->modules[r.module].mapped = (struct find_mapped){(uint32_t)r.pid, r.start, r.end};
}

/* ---- names ---- */

/* Asks for frames of one module. */
static void
ask_for(struct segment *g, uint32_t module, const struct sort_item *items, size_t n)
{
	uint32_t *frames = xreallocarray(NULL, n, sizeof(*frames));
	struct lookup *lookups = xreallocarray(NULL, n, sizeof(*lookups));
	struct file_facts facts = facts_of(g, module);

	for (size_t i = 0; i < n; i++) {
		frames[i] = items[i].index;
		lookups[i] = (struct lookup){.offset = g->dict.frames[frames[i]].offset, .exact = !g->called[frames[i]]};
	}
	if (g->dict.modules[module].kind == MODULE_FILE) {
		facts.path = xstrndup(facts.path, facts.path_len);
		facts.id = memcpy(xmalloc(facts.id_len + 1), facts.id, facts.id_len);
		pending_ask(&g->pending, frames, lookups, n, &facts, g->live);
		return;
	}
	symbolize(g->told, g->modules[module].told, lookups, n, SYMBOLIZE_TABLES);
	pending_put(&g->pending, frames, lookups, n);
	free(lookups);
}

/* What a frame's lack of a name is counted for. */
static uint32_t
lacking(void *segment, uint32_t frame)
{
	const struct segment *g = segment;

	return names_has(&g->names, frame) ? DICT_NONE : g->modules[g->dict.frames[frame].module].subject;
}

static bool
wants_name(struct segment *g, uint32_t frame)
{
	uint32_t subject = lacking(g, frame);

	return subject != DICT_NONE && (!g->explained || g->report.subjects[subject].asked_about);
}

/* The frames that came since the last time, by module. */
static void
ask_for_new_frames(struct segment *g)
{
	struct sort_item *frames = xreallocarray(NULL, g->dict.n_frames - g->n_resolved + 1, sizeof(*frames));
	size_t n = 0, end, most = g->live ? AT_ONCE : SIZE_MAX;

	for (; g->n_resolved < g->dict.n_frames; g->n_resolved++)
		if (wants_name(g, (uint32_t)g->n_resolved))
			frames[n++] = (struct sort_item){g->dict.frames[g->n_resolved].module, (uint32_t)g->n_resolved};
	sort_items(frames, n);
	for (size_t i = 0; i < n; i = end) {
		for (end = i; end < n && frames[end].key == frames[i].key && end - i < most; end++)
			;
		ask_for(g, (uint32_t)frames[i].key, frames + i, end - i);
	}
	free(frames);
}

/* In a live stream a file that takes long is waited for once, and then no more until it has come: its names are added
 * later. Otherwise all names come before the samples. */
static void
wait_for_names(struct segment *g)
{
	uint64_t until = g->live ? monotonic_ns() + PATIENCE : UINT64_MAX;

	if (!g->slow)
		g->slow = !pending_wait(&g->pending, PENDING_LAST, until);
	else
		g->late = !pending_wait(&g->pending, PENDING_FIRST, g->late ? 0 : until);
	g->slow = g->slow && g->pending.open;
	g->late = g->slow && g->pending.unanswered;
}

static void
resolve(struct segment *g)
{
	if (g->n_resolved < g->dict.n_frames)
		ask_for_new_frames(g);
	wait_for_names(g);
	pending_write(&g->pending);
}

bool
segment_expects(const struct segment *g)
{
	return g->live && g->pending.open;
}

void
segment_write_late(struct segment *g)
{
	pending_wait(&g->pending, PENDING_LAST, 0);
	pending_write(&g->pending);
	writer_flush(g->names.out);
}

void
segment_end(struct segment *g)
{
	while (!pending_wait(&g->pending, PENDING_LAST, g->live ? monotonic_ns() + PATIENCE : UINT64_MAX)) {
		pending_write(&g->pending);
		writer_flush(g->names.out);
	}
	pending_write(&g->pending);
	writer_flush(g->names.out);
	pending_clear(&g->pending);
	lacks_settle(&g->lacks, &g->dict, lacking, g);
	g->slow = g->late = false;
}

/* ---- frames and stacks ---- */

static bool
in_kernel(const struct segment *g, uint32_t frame)
{
	return g->dict.modules[g->dict.frames[frame].module].kind == MODULE_KERNEL;
}

/* A frame that called another holds a return address. One that kernel frames follow was interrupted or made a
 * system call: its address is exact, as that of a stack's innermost frame. Where one frame was seen both ways it
 * counts as a caller, for it is likelier that a function ends with a call than that its first instruction was hit
 * while the one before ends so. */
static void
note_callers(struct segment *g)
{
	const struct dict *d = &g->dict;

	for (; g->n_called < d->n_frames; g->n_called++) {
		GROW(g->called, g->n_called, g->cap_called);
		g->called[g->n_called] = false;
	}
	for (; g->n_linked < d->n_stacks; g->n_linked++) {
		const struct dict_stack *stack = &d->stacks[g->n_linked];
		uint32_t caller = stack->parent == DICT_NONE ? stack->frame : d->stacks[stack->parent].frame;

		if (stack->parent != DICT_NONE && in_kernel(g, caller) == in_kernel(g, stack->frame))
			g->called[caller] = true;
	}
}

/* ---- blocks ---- */

/* Without a host name nothing speaks for another machine. */
static bool
is_elsewhere(struct stream *s)
{
	struct segment_record r;
	struct utsname here;

	if (!read_segment(s, &r) || uname(&here) || !r.host.len)
		return false;
	return r.host.len != strlen(here.nodename) || memcmp(r.host.data, here.nodename, r.host.len);
}

/* What was recorded on another machine is not to be named by what is at the same paths here. */
static const char *
why_foreign(const struct segment *g)
{
	if (g->no_local)
		return "not used: no build-id was recorded, and --no-local";
	return g->elsewhere ? "not used: no build-id was recorded, and it was on another machine; see --sysroot" : NULL;
}

static void
begin(struct segment *g, struct stream *s)
{
	g->n_modules = g->n_called = g->n_resolved = g->n_linked = 0;
	names_begin(&g->names);
	g->elsewhere = is_elsewhere(s);
	g->foreign = why_foreign(g);
}

static void
count_samples(struct segment *g, struct stream *s)
{
	struct samples r;

	while (read_samples(s, &r))
		lacks_count(&g->lacks, (uint32_t)r.stack, r.count);
}

bool
segment_take(struct segment *g, struct stream *s)
{
	uint32_t type = stream_type(s);
	union any_record r;

	if (names_take(&g->names, s))
		return false;
	if (type == RECORD_segment || type == RECORD_end)
		segment_end(g);
	if (type == RECORD_end)
		return false;
	if (type == RECORD_segment)
		begin(g, s);
	if (type == RECORD_symbol)
		take_symbols(g, s);
	if (type == RECORD_content)
		take_contents(g, s);
	if (type == RECORD_place)
		take_places(g, s);
	if (has_samples(type) || type >= RECORD_TYPES) /* which may be samples of a kind yet to come */
		resolve(g);
	if (has_samples(type))
		count_samples(g, s);
	if (dict_take(&g->dict, s)) {
		take_modules(g);
		note_callers(g);
		names_expect(&g->names, g->dict.n_frames);
	}
	while (type < RECORD_TYPES && read_record(s, &r)) /* so that nothing malformed is passed on */
		;
	return true;
}
