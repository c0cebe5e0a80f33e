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
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "cmd/symbolize_lacks.h"
#include "cmd/symbolize_names.h"
#include "cmd/symbolize_pending.h"
#include "cmd/symbolize_say.h"
#include "cmd/symbolize_worker.h"
#include "elf/debuginfod.h"
#include "elf/sort.h"
#include "stream/dict.h"
#include "stream/samples.h"
#include "stream/stream.h"
#include "stream/writer.h"

#define SECONDS	 1000000000ULL
#define PATIENCE 200000000 /* ns that samples of a live stream wait for names */

static bool add_debug_dirs(const char *value);
static bool no_local;
static struct say_options say;
static struct worker_options worker_options = {.patience = 30 * SECONDS};
static const char **dirs;
static size_t cap_dirs;

static const struct option_row options[] = {
	{OPTION_CALL, 0, "debug-dir", "DIR", "look for debug files in DIR, too (more after ':')", NULL, 0, 0,
	 add_debug_dirs},
	{OPTION_STRING, 0, "sysroot", "DIR", "look for all files below DIR first", &worker_options.symbolizer.places.sysroot,
	 0, 0, NULL},
	{OPTION_FLAG, 0, "no-local", NULL, "use files of this machine by build-id only", &no_local, 0, 0, NULL},
	{OPTION_DURATION, 0, "debuginfod-timeout", "TIME", "give debuginfod up when nothing comes for so long (30s)",
	 &worker_options.patience, SECONDS / 1000, 3600 * SECONDS, NULL},
	{OPTION_FLAG, 0, "no-demangle", NULL, "leave C++ and Rust names as they are", &worker_options.symbolizer.mangled, 0,
	 0, NULL},
	{OPTION_FLAG, 'q', "quiet", NULL, "do not report what had no symbols", &say.quiet, 0, 0, NULL},
	{OPTION_FLAG, 'v', "verbose", NULL, "say which file answered for each module", &say.verbose, 0, 0, NULL},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]...",
	.purpose = "Add function names to pb streams.",
	.options = options,
};

static struct writer *out;
static struct worker *worker;	/* for what is in files */
static struct symbolizer *told; /* for what the stream tells the symbols of */
static struct dict dict = {.without = 1u << RECORD_symbol | 1u << RECORD_task | 1u << RECORD_event};
static struct names names;
static struct pending pending;
static struct lacks lacks;
static struct report report;
static const char *foreign; /* why paths of this segment's files do not count here; NULL */
static bool live;	    /* the input comes as it is recorded: nothing in it may wait long */
static bool slow, late;	    /* a last answer, a first one was not there in time, and is not yet */

struct module {
	uint32_t told;	  /* the symbolizer's, for what is not a file */
	uint32_t subject; /* in the report; DICT_NONE for what never has names */
};

static struct module *modules;
static size_t n_modules, cap_modules;

static bool *called; /* by frame: it called another */
static size_t n_called, cap_called, n_resolved, n_linked;

static void
check_written(bool written)
{
	if (written)
		return;
	if (errno == EPIPE)
		exit(EXIT_DONE);
	die("<stdout>:");
}

/* ---- modules ---- */

/* What to say when a module that the stream has to name lacks names. */
static const char *
told_why(enum module_kind kind)
{
	if (kind == MODULE_KERNEL)
		return "they were hidden when it was recorded (sysctl kernel.kptr_restrict)";
	return "the recording does not have them";
}

/* Texts are the dictionary's. */
static struct file_facts
facts_of(uint32_t module)
{
	struct text path = texts_get(&dict.paths, module), id = texts_get(&dict.build_ids, module);

	return (struct file_facts){path.data, path.len, (const uint8_t *)id.data, id.len, foreign};
}

static void
take_modules(void)
{
	for (uint32_t i = (uint32_t)n_modules; i < dict.n_modules; i++) {
		struct file_facts facts = facts_of(i);
		enum module_kind kind = dict.modules[i].kind;
		struct module m = {.subject = DICT_NONE};

		if (kind == MODULE_FILE) {
			m.subject = report_file(&report, &facts);
		} else if (kind != MODULE_ANON && kind != MODULE_MARK) {
			m.told = symbolizer_told(told);
			m.subject = report_told(&report, facts.path, facts.path_len, m.told, told_why(kind));
		}
		GROW(modules, n_modules, cap_modules);
		modules[n_modules++] = m;
	}
}

static void
take_symbols(struct stream *s)
{
	struct symbol_record r;

	while (read_symbol(s, &r))
		if (dict.modules[r.module].kind != MODULE_FILE && modules[r.module].subject != DICT_NONE)
			symbolizer_tell(told, modules[r.module].told, r.start, r.size, r.name.data, r.name.len);
}

/* ---- names ---- */

/* Asks for frames of one module. */
static void
ask_for(uint32_t module, const struct sort_item *items, size_t n)
{
	uint32_t *frames = xreallocarray(NULL, n, sizeof(*frames));
	struct lookup *lookups = xreallocarray(NULL, n, sizeof(*lookups));
	struct file_facts facts = facts_of(module);

	for (size_t i = 0; i < n; i++) {
		frames[i] = items[i].index;
		lookups[i] = (struct lookup){.offset = dict.frames[frames[i]].offset, .exact = !called[frames[i]]};
	}
	if (dict.modules[module].kind == MODULE_FILE) {
		facts.path = xstrndup(facts.path, facts.path_len);
		facts.id = memcpy(xmalloc(facts.id_len + 1), facts.id, facts.id_len);
		pending_ask(&pending, frames, lookups, n, &facts);
		return;
	}
	symbolize(told, modules[module].told, lookups, n);
	pending_put(&pending, frames, lookups, n);
	free(lookups);
}

/* What a frame's lack of a name is counted for. */
static uint32_t
lacking(uint32_t frame)
{
	return names_has(&names, frame) ? DICT_NONE : modules[dict.frames[frame].module].subject;
}

/* The frames that came since the last time, by module. */
static void
ask_for_new_frames(void)
{
	struct sort_item *frames = xreallocarray(NULL, dict.n_frames - n_resolved + 1, sizeof(*frames));
	size_t n = 0, end;

	for (; n_resolved < dict.n_frames; n_resolved++)
		if (lacking((uint32_t)n_resolved) != DICT_NONE)
			frames[n++] = (struct sort_item){dict.frames[n_resolved].module, (uint32_t)n_resolved};
	sort_items(frames, n);
	for (size_t i = 0; i < n; i = end) {
		for (end = i; end < n && frames[end].key == frames[i].key; end++)
			;
		ask_for((uint32_t)frames[i].key, frames + i, end - i);
	}
	free(frames);
}

/* In a live stream a file that takes long is waited for once, and then no more until it has come: its names are added
 * later. Otherwise all names come before the samples. */
static void
wait_for_names(void)
{
	uint64_t until = live ? monotonic_ns() + PATIENCE : UINT64_MAX;

	if (!slow)
		slow = !pending_wait(&pending, PENDING_LAST, until);
	else
		late = !pending_wait(&pending, PENDING_FIRST, late ? 0 : until);
	slow = slow && pending.open;
	late = slow && pending.unanswered;
}

static void
resolve(void)
{
	if (n_resolved < dict.n_frames)
		ask_for_new_frames();
	wait_for_names();
	check_written(pending_write(&pending));
}

/* Nothing comes in; names may. */
static void
write_while_waiting(int fd)
{
	int fds[] = {fd, worker_fd(worker)};

	while (wait_for_inputs(fds, live && pending.open ? 2 : 1, -1) == 1) {
		pending_wait(&pending, PENDING_LAST, 0);
		check_written(pending_write(&pending) && writer_flush(out));
	}
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
	for (; n_called < dict.n_frames; n_called++) {
		GROW(called, n_called, cap_called);
		called[n_called] = false;
	}
	for (; n_linked < dict.n_stacks; n_linked++) {
		const struct dict_stack *stack = &dict.stacks[n_linked];
		uint32_t caller = stack->parent == DICT_NONE ? stack->frame : dict.stacks[stack->parent].frame;

		if (stack->parent != DICT_NONE && in_kernel(caller) == in_kernel(stack->frame))
			called[caller] = true;
	}
}

/* ---- the stream ---- */

/* What was recorded on another machine is not to be named by what is at the same paths here. */
static const char *
why_foreign(struct stream *s)
{
	struct segment_record r;
	struct utsname here;

	if (no_local)
		return "not used: no build-id was recorded, and --no-local";
	if (!read_segment(s, &r) || uname(&here))
		return NULL;
	if (!r.host.len || (r.host.len == strlen(here.nodename) && !memcmp(r.host.data, here.nodename, r.host.len)))
		return NULL;
	return "not used: no build-id was recorded, and it was on another machine; see --sysroot";
}

static void
begin_segment(struct stream *s)
{
	n_modules = n_called = n_resolved = n_linked = 0;
	names_begin(&names);
	foreign = why_foreign(s);
}

/* All names are waited for and written. */
static void
end_segment(void)
{
	pending_wait(&pending, PENDING_LAST, UINT64_MAX);
	check_written(pending_write(&pending) && writer_flush(out));
	pending_clear(&pending);
	lacks_settle(&lacks, &dict, lacking);
	slow = late = false;
}

static void
count_samples(struct stream *s)
{
	struct samples r;

	while (read_samples(s, &r))
		lacks_count(&lacks, (uint32_t)r.stack, r.count);
}

/* Takes the current block. True: it is to be copied. */
static bool
take_block(struct stream *s)
{
	uint32_t type = stream_type(s);
	union any_record r;

	if (names_take(&names, s)) {
		check_written(!writer_failed(out));
		return false;
	}
	if (type == RECORD_segment || type == RECORD_end)
		end_segment();
	if (type == RECORD_end)
		return false;
	if (type == RECORD_segment)
		begin_segment(s);
	if (type == RECORD_symbol)
		take_symbols(s);
	if (has_samples(type) || type >= RECORD_TYPES) /* which may be samples of a kind yet to come */
		resolve();
	if (has_samples(type))
		count_samples(s);
	if (dict_take(&dict, s)) {
		take_modules();
		note_callers();
		names_expect(&names, dict.n_frames);
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
	struct stat st;
	int64_t type;

	live = fstat(fd, &st) || !S_ISREG(st.st_mode);
	stream_on_wait(s, write_while_waiting);
	while ((type = stream_next(s)) > 0) {
		say_warning(s);
		if (take_block(s) && !stream_error(s)[0])
			check_written(writer_copy(out, s));
		if (type == RECORD_end)
			check_written(writer_end(out));
	}
	end_segment();
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

/* ---- options ---- */

static bool
add_debug_dirs(const char *value)
{
	struct find_places *places = &worker_options.symbolizer.places;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ":");
		if (!len)
			return false;
		GROW(dirs, places->n, cap_dirs);
		dirs[places->n++] = xstrndup(value, len);
		if (!value[len])
			return true;
	}
}

static void
open_all(void)
{
	add_debug_dirs("/usr/lib/debug");
	worker_options.symbolizer.places.dirs = dirs;
	worker_options.fetch = debuginfod_is_set();
	worker_options.progress = isatty(STDERR_FILENO);
	worker = worker_open(&worker_options);
	told = symbolizer_open(&worker_options.symbolizer);
	out = names.out = writer_open(STDOUT_FILENO);
	pending.worker = worker;
	pending.names = &names;
}

static void
say_what_was_found(void)
{
	struct report_from from = {.told = told};

	worker_end(worker);
	from.files = worker_symbolizer(worker);
	say_report(&say, &report, &lacks.missing, &from, worker_trouble(worker));
}

int
main(int argc, char **argv)
{
	int i;

	stdio_init();
	i = options_parse(&command, argc, argv);
	refuse_terminal(STDOUT_FILENO, "a stream is not for reading: pb-symbolize FILE | pb-fold, or > FILE");
	outlive_first_interrupt();
	open_all();
	if (i == argc)
		filter_stdin();
	for (; i < argc; i++)
		filter_file(argv[i]);
	stdout_close();
	say_what_was_found();
	return EXIT_DONE;
}
