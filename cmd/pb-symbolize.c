// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-symbolize: names the frames of a stream. Copies everything else as it is:
 *
 *	module #0 kind=0 path="/usr/bin/sort"		module #0 kind=0 path="/usr/bin/sort"
 *	frame #0 module=0 offset=0x4a10			frame #0 module=0 offset=0x4a10
 *	stack #0 parent=0 frame=0			stack #0 parent=0 frame=0
 *							function #0 name="main"
 *							name #0 frame=0 function=0 source=0 line=0
 *	sample #0 task=0 cpu=0 stack=0 count=99		sample #0 task=0 cpu=0 stack=0 count=99
 *
 * Frames wait for the first samples after them: only these show how a frame was used. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "cmd/symbolize_written.h"
#include "stream/dict.h"
#include "stream/samples.h"
#include "stream/stream.h"
#include "stream/writer.h"
#include "elf/sort.h"
#include "sym/missing.h"
#include "sym/report.h"
#include "sym/symbolize.h"

enum { REPORTED = 10 };

static bool add_debug_dirs(const char *value);
static bool set_inlines(const char *value), unset_inlines(const char *value);
static bool set_lines(const char *value), unset_lines(const char *value);
static bool mangled, quiet, verbose, inlines = true;
static enum { LINES_WITH_INLINES, LINES, NO_LINES } lines;
static struct debug_roots roots;
static const char **dirs;
static size_t cap_dirs;

static const struct option_row options[] = {
	{OPTION_CALL, 0, "debug-dir", "DIR", "look for debug files in DIR, too (more after ':')", NULL, 0, 0,
	 add_debug_dirs},
	{OPTION_CALL, 0, "inlines", NULL, "name inlined functions, too (default)", NULL, 0, 0, set_inlines},
	{OPTION_CALL, 0, "no-inlines", NULL, "name only the functions that hold the code", NULL, 0, 0, unset_inlines},
	{OPTION_CALL, 0, "lines", NULL, "tell source files and lines (default with inlines)", NULL, 0, 0, set_lines},
	{OPTION_CALL, 0, "no-lines", NULL, "do not tell them", NULL, 0, 0, unset_lines},
	{OPTION_FLAG, 0, "no-demangle", NULL, "leave C++ and Rust names as they are", &mangled, 0, 0, NULL},
	{OPTION_FLAG, 'q', "quiet", NULL, "do not report what had no symbols", &quiet, 0, 0, NULL},
	{OPTION_FLAG, 'v', "verbose", NULL, "say which file answered for each module", &verbose, 0, 0, NULL},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]...",
	.purpose = "Add function names to pb streams.",
	.options = options,
};

/* What is known of a frame besides the dictionary. */
enum { CALLED = 1, NAMED = 2 };

static struct writer *out;
static struct symbolizer *symbolizer;
static struct dict dict = {.without = 1u << RECORD_symbol | 1u << RECORD_task | 1u << RECORD_event};
static struct missing missing; /* of the report's subjects */
static struct report report;

static uint32_t *sources;	  /* by module: the symbolizer's module */
static uint32_t *module_subjects; /* the same: in the report */
static size_t n_sources, cap_sources, cap_module_subjects;

static uint8_t *uses; /* by frame */
static size_t n_uses, cap_uses, n_resolved;

static uint32_t *lacking; /* by stack: set of modules */
static size_t n_lacking, cap_lacking, n_linked;

static struct written written;

static void
check_written(bool good)
{
	if (good)
		return;
	if (errno == EPIPE)
		exit(EXIT_DONE);
	die("<stdout>:");
}

/* ---- modules ---- */

/* What to say when a module that the stream has to name lacks names; NULL for others. */
static const char *
told_why(enum module_kind kind)
{
	if (kind == MODULE_KERNEL)
		return "they were hidden when it was recorded (sysctl kernel.kptr_restrict)";
	return kind == MODULE_FILE ? NULL : "the recording does not have them";
}

static bool
may_have_names(enum module_kind kind)
{
	return kind != MODULE_ANON && kind != MODULE_MARK;
}

static void
take_modules(void)
{
	for (size_t i = n_sources; i < dict.n_modules; i++) {
		struct text path = texts_get(&dict.paths, (uint32_t)i), id = texts_get(&dict.build_ids, (uint32_t)i);

		GROW(sources, n_sources, cap_sources);
		GROW(module_subjects, i, cap_module_subjects);
		sources[n_sources++] =
			dict.modules[i].kind == MODULE_FILE
				? symbolizer_file(symbolizer, path.data, path.len, (const uint8_t *)id.data, id.len)
				: symbolizer_told(symbolizer);
		if (!may_have_names(dict.modules[i].kind))
			continue;
		module_subjects[i] = report_subject(&report, path.data, path.len, (const uint8_t *)id.data, id.len,
						    sources[i], told_why(dict.modules[i].kind));
	}
}

static void
take_symbols(struct stream *s)
{
	struct symbol_record r;

	while (read_symbol(s, &r))
		symbolizer_tell(symbolizer, sources[r.module], r.start, r.size, r.name.data, r.name.len);
}

/* ---- names ---- */

static void
write_names(uint32_t frame, const struct lookup *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct called *c = &l->chain[i];

		written_add(&written, out, frame, c->function, c->source, c->line);
	}
	if (l->n)
		uses[frame] |= NAMED;
}

/* Frames of one module; `lookups` has room for n. */
static void
name_frames(uint32_t module, const struct sort_item *frames, struct lookup *lookups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lookups[i] = (struct lookup){
			.offset = dict.frames[frames[i].index].offset,
			.exact = !(uses[frames[i].index] & CALLED),
		};
	symbolize(symbolizer, sources[module], lookups, n);
	for (size_t i = 0; i < n; i++)
		write_names(frames[i].index, &lookups[i]);
}

static bool
may_have_name(uint32_t frame)
{
	return may_have_names(dict.modules[dict.frames[frame].module].kind);
}

/* The frames that came since the last time, by module. */
static void
name_new_frames(void)
{
	size_t room = dict.n_frames - n_resolved, n = 0, end;
	struct sort_item *frames = xreallocarray(NULL, room + 1, sizeof(*frames));
	struct lookup *lookups = xreallocarray(NULL, room + 1, sizeof(*lookups));

	for (; n_resolved < dict.n_frames; n_resolved++)
		if (!(uses[n_resolved] & NAMED) && may_have_name((uint32_t)n_resolved))
			frames[n++] = (struct sort_item){dict.frames[n_resolved].module, (uint32_t)n_resolved};
	sort_items(frames, n);
	for (size_t i = 0; i < n; i = end) {
		for (end = i; end < n && frames[end].key == frames[i].key; end++)
			;
		name_frames((uint32_t)frames[i].key, frames + i, lookups, end - i);
	}
	free(frames);
	free(lookups);
}

/* ---- frames and stacks ---- */

static bool
in_kernel(uint32_t frame)
{
	return dict.modules[dict.frames[frame].module].kind == MODULE_KERNEL;
}

/* A frame that called another holds a return address. One that kernel frames follow was interrupted or made a
 * system call: its address is exact, as that of a stack's innermost frame. Where one frame was seen both ways it
 * counts as a caller, for it is likelier that a function ends with a call than that its first instruction was hit
 * while the one before ends so. */
static void
note_callers(void)
{
	for (; n_uses < dict.n_frames; n_uses++) {
		GROW(uses, n_uses, cap_uses);
		uses[n_uses] = 0;
	}
	for (; n_linked < dict.n_stacks; n_linked++) {
		const struct dict_stack *stack = &dict.stacks[n_linked];
		uint32_t caller = stack->parent == DICT_NONE ? stack->frame : dict.stacks[stack->parent].frame;

		if (stack->parent != DICT_NONE && in_kernel(caller) == in_kernel(stack->frame))
			uses[caller] |= CALLED;
	}
}

/* Which modules each new stack lacks names in. */
static void
note_lacks(void)
{
	for (; n_lacking < dict.n_stacks; n_lacking++) {
		const struct dict_stack *stack = &dict.stacks[n_lacking];
		uint32_t set = stack->parent == DICT_NONE ? 0 : lacking[stack->parent];

		if (!(uses[stack->frame] & NAMED) && may_have_name(stack->frame))
			set = missing_with(&missing, set, module_subjects[dict.frames[stack->frame].module]);
		GROW(lacking, n_lacking, cap_lacking);
		lacking[n_lacking] = set;
	}
}

static void
resolve(void)
{
	if (n_resolved < dict.n_frames)
		name_new_frames();
	note_lacks();
}

/* ---- the stream ---- */

/* In a block of their own, as a new block is a new group of names for a frame. */
static void
take_their_names(struct stream *s)
{
	struct name_record r;

	while (read_name(s, &r)) {
		uses[r.frame] |= NAMED;
		written_keep(&written, out, &r);
	}
	check_written(writer_flush(out));
}

static void
start_segment(void)
{
	n_sources = n_uses = n_resolved = n_lacking = n_linked = 0;
	written_free(&written);
}

static void
count_samples(struct stream *s)
{
	struct samples r;

	while (read_samples(s, &r))
		missing_count(&missing, lacking[r.stack], r.count);
}

/* Takes the current block. True: it is to be copied. */
static bool
take_block(struct stream *s)
{
	uint32_t type = stream_type(s);
	union any_record r;

	switch (type) {
	case RECORD_function:
		written_functions(&written, out, s);
		return false;
	case RECORD_source:
		written_sources(&written, out, s);
		return false;
	case RECORD_name:
		take_their_names(s);
		return false;
	case RECORD_end:
		return false;
	case RECORD_symbol:
		take_symbols(s);
		break;
	case RECORD_segment:
		start_segment();
		break;
	case RECORD_sample:
	case RECORD_timed:
	case RECORD_valued:
	case RECORD_timed_value:
		resolve();
		count_samples(s);
		break;
	default:
		if (type >= RECORD_TYPES) /* may be samples of a kind yet to come */
			resolve();
		break;
	}
	if (dict_take(&dict, s)) {
		take_modules();
		note_callers();
	}
	while (type < RECORD_TYPES && read_record(s, &r)) /* so that nothing malformed is passed on */
		;
	return true;
}

static void
say_warning(struct stream *s)
{
	const char *text = stream_warning(s);

	if (text)
		warn("%s", text);
}

static void
filter(int fd, const char *name)
{
	struct stream *s = stream_open(fd, name);
	int64_t type;

	stream_on_wait(s, wait_for_input);
	while ((type = stream_next(s)) > 0) {
		say_warning(s);
		if (take_block(s) && !stream_error(s)[0])
			check_written(writer_copy(out, s));
		if (type == RECORD_end)
			check_written(writer_end(out));
	}
	check_written(writer_flush(out));
	if (type < 0)
		die("%s", stream_error(s));
	say_warning(s);
	stream_close(s);
}

static void
filter_stdin(void)
{
	refuse_terminal(STDIN_FILENO,
			"pb-symbolize reads a stream: pb-record -d 5 | pb-symbolize | pb-fold, or pb-symbolize FILE");
	filter(STDIN_FILENO, "<stdin>");
}

static void
filter_file(const char *path)
{
	int fd;

	if (!strcmp(path, "-")) {
		filter_stdin();
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s:", path);
	filter(fd, path);
	close(fd);
}

/* ---- the report ---- */

static void
warn_lines(struct buf *said)
{
	for (char *line = buf_cstr(said), *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = 0;
		warn("%s", line);
	}
	buf_free(said);
}

static void
say_report(void)
{
	struct buf said = {0};
	uint64_t *sums = xcalloc(report.n + 1, sizeof(*sums));

	if (verbose)
		report_sources(&report, symbolizer, &said);
	missing_sum(&missing, sums);
	for (size_t i = 0; i < report.n; i++)
		report.subjects[i].samples = sums[i];
	free(sums);
	if (!quiet)
		report_missing(&report, symbolizer, REPORTED, &said);
	warn_lines(&said);
}

/* ---- options ---- */

static bool
add_debug_dirs(const char *value)
{
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ":");
		if (!len)
			return false;
		GROW(dirs, roots.n, cap_dirs);
		dirs[roots.n++] = xstrndup(value, len);
		if (!value[len])
			return true;
	}
}

static bool
set_inlines(const char *value)
{
	return inlines = !value;
}

static bool
unset_inlines(const char *value)
{
	inlines = false;
	return !value;
}

static bool
set_lines(const char *value)
{
	lines = LINES;
	return !value;
}

static bool
unset_lines(const char *value)
{
	lines = NO_LINES;
	return !value;
}

int
main(int argc, char **argv)
{
	int i;

	stdio_init();
	i = options_parse(&command, argc, argv);
	refuse_terminal(STDOUT_FILENO, "a stream is not for reading: pb-symbolize FILE | pb-fold, or > FILE");
	outlive_first_interrupt();
	add_debug_dirs("/usr/lib/debug");
	roots.dirs = dirs;
	symbolizer = symbolizer_open(&(struct symbolizer_options){
		.roots = roots,
		.mangled = mangled,
		.inlines = inlines,
		.lines = lines == LINES || (inlines && lines == LINES_WITH_INLINES),
	});
	out = writer_open(STDOUT_FILENO);
	if (i == argc)
		filter_stdin();
	for (; i < argc; i++)
		filter_file(argv[i]);
	stdout_close();
	say_report();
	return EXIT_DONE;
}
