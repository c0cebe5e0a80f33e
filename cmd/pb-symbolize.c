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
#include <unistd.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "cmd/symbolize_explain.h"
#include "cmd/symbolize_say.h"
#include "cmd/symbolize_segment.h"
#include "cmd/symbolize_worker.h"
#include "elf/debuginfod.h"
#include "stream/stream.h"
#include "stream/writer.h"

#define SECONDS 1000000000ULL

static bool add_debug_dirs(const char *value);
static bool set_sysroot(const char *value);
static bool set_inlines(const char *value), unset_inlines(const char *value);
static bool set_lines(const char *value), unset_lines(const char *value);
static enum { LINES_WITH_INLINES, LINES, NO_LINES } lines;
static struct segment segment;
static struct say_options say;
static struct worker_options worker_options = {.symbolizer = {.inlines = true}, .patience = 30 * SECONDS};
static const char **dirs;
static size_t cap_dirs;

static const struct option_row options[] = {
	{OPTION_CALL, 0, "debug-dir", "DIR", "look for debug files in DIR, too (more after ':')", NULL, 0, 0,
	 add_debug_dirs},
	{OPTION_CALL, 0, "sysroot", "DIR", "look for all files below DIR first", NULL, 0, 0, set_sysroot},
	{OPTION_FLAG, 0, "no-local", NULL, "use files of this machine by build-id only", &segment.no_local, 0, 0, NULL},
	{OPTION_DURATION, 0, "debuginfod-timeout", "TIME", "give debuginfod up when nothing comes\nfor so long (30s)",
	 &worker_options.patience, SECONDS / 1000, 3600 * SECONDS, NULL},
	{OPTION_STRING, 0, "explain", "MODULE", "write no stream but what was tried for\nMODULE: a path, name or pattern",
	 &segment.explained, 0, 0, NULL},
	{OPTION_CALL, 0, "inlines", NULL, "name inlined functions, too (default)", NULL, 0, 0, set_inlines},
	{OPTION_CALL, 0, "no-inlines", NULL, "name only the functions that hold the code", NULL, 0, 0, unset_inlines},
	{OPTION_CALL, 0, "lines", NULL, "tell source files and lines (default with inlines)", NULL, 0, 0, set_lines},
	{OPTION_CALL, 0, "no-lines", NULL, "do not tell them", NULL, 0, 0, unset_lines},
	{OPTION_FLAG, 0, "no-demangle", NULL, "leave C++ and Rust names as they are", &worker_options.symbolizer.mangled, 0,
	 0, NULL},
	{OPTION_FLAG, 0, "offsets", NULL, "add offsets to names: vfs_read+0x1b", &worker_options.symbolizer.offsets, 0, 0, NULL},
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

static void
check_written(void)
{
	errno = writer_failed(out);
	if (!errno)
		return;
	if (errno == EPIPE)
		exit(EXIT_DONE);
	die("<stdout>:");
}

/* Nothing comes in; names may. */
static void
write_while_waiting(int fd)
{
	int fds[] = {fd, worker_fd(worker)};

	while (wait_for_inputs(fds, segment_expects(&segment) ? 2 : 1, -1) == 1) {
		segment_write_late(&segment);
		check_written();
	}
}

/* ---- the stream ---- */

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

	segment.live = fstat(fd, &st) || !S_ISREG(st.st_mode);
	stream_on_wait(s, write_while_waiting);
	while ((type = stream_next(s)) > 0) {
		say_warning(s);
		if (segment_take(&segment, s) && !stream_error(s)[0])
			writer_copy(out, s);
		if (type == RECORD_end)
			writer_end(out);
		check_written();
	}
	segment_end(&segment);
	check_written();
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

/* Without slashes at its end; this machine's is "". */
static bool
set_sysroot(const char *value)
{
	size_t len = strlen(value);
	struct stat st;

	if (stat(value, &st) || !S_ISDIR(st.st_mode))
		return false;
	while (len && value[len - 1] == '/')
		len--;
	worker_options.symbolizer.places.sysroot = xstrndup(value, len);
	return true;
}

static bool
set_inlines(const char *value)
{
	return worker_options.symbolizer.inlines = !value;
}

static bool
unset_inlines(const char *value)
{
	worker_options.symbolizer.inlines = false;
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

static void
open_all(void)
{
	int fd = segment.explained ? open("/dev/null", O_WRONLY | O_CLOEXEC) : STDOUT_FILENO;

	if (fd < 0)
		die("/dev/null:");
	add_debug_dirs("/usr/lib/debug");
	worker_options.symbolizer.places.dirs = dirs;
	worker_options.symbolizer.lines = lines == LINES || (worker_options.symbolizer.inlines && lines == LINES_WITH_INLINES);
	worker_options.fetch = debuginfod_is_set();
	worker_options.progress = isatty(STDERR_FILENO);
	worker = worker_open(&worker_options);
	told = symbolizer_open(&worker_options.symbolizer);
	out = writer_open(fd);
	segment_init(&segment, worker, told, out);
}

/* Ends the worker and says what was found; 1: nothing was. */
static int
say_what_was_found(void)
{
	struct report_from from = {.told = told};
	bool found = true;

	worker_end(worker);
	from.files = worker_symbolizer(worker);
	if (segment.explained)
		found = explain_say(&segment.report, &segment.lacks.missing, &from, &worker_options.symbolizer.places);
	else
		say_report(&say, &segment.report, &segment.lacks.missing, &from, worker_trouble(worker));
	if (!found)
		warn("no module is called '%s'", segment.explained);
	return found ? EXIT_DONE : EXIT_FAILED;
}

/* A standard input that cannot be a stream: --explain is about a file of this machine. */
static bool
explains_alone(int operands)
{
	struct stat st;

	return segment.explained && !operands && !fstat(STDIN_FILENO, &st) && S_ISCHR(st.st_mode);
}

int
main(int argc, char **argv)
{
	int i;

	stdio_init();
	i = options_parse(&command, argc, argv);
	if (!segment.explained)
		refuse_terminal(STDOUT_FILENO, "a stream is not for reading: pb-symbolize FILE | pb-fold, or > FILE");
	outlive_first_interrupt();
	open_all();
	if (explains_alone(argc - i))
		explain_alone(worker, &segment.report, segment.explained);
	else if (i == argc)
		filter_stdin();
	for (; i < argc; i++)
		filter_file(argv[i]);
	if (!segment.explained)
		stdout_close();
	return say_what_was_found();
}
