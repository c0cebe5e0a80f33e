// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples stacks and writes them as a stream: pb-record -F 99 -d 5 | pb-symbolize | pb-fold | pb-svg > f.svg */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/sums.h"
#include "record_command.h"
#include "record_sink.h"
#include "sampler/sampler.h"

enum { MS = 1000000, TICK = 100 * MS, URGENT = MS }; /* URGENT: the least time between two looks that are asked for */

static struct sampler_config config = {
	.max_depth = 1024, .unwind_memory = 128 << 20, .interval = 1000000000};
static uint64_t segment_size = 2 << 20;
static const char *output;
static bool quiet, verbose, ignored;
static bool has_count, has_frequency;

/* To perf_event_open(2) 0 would be ourselves. */
static bool
take_ids(const char *list, struct int_list *ids)
{
	return parse_int_list(list, INT32_MAX, ids) && ids->items[0];
}

static bool
take_pids(const char *list)
{
	return take_ids(list, &config.pids);
}

static bool
take_tids(const char *list)
{
	return take_ids(list, &config.tids);
}

static bool
take_cpus(const char *list)
{
	return parse_int_list(list, UINT16_MAX, &config.cpus);
}

static bool
take_event(const char *name)
{
	if (config.event)
		die_usage("-e: one event at a time; it was '%s' before", config.event);
	config.event = name;
	return true;
}

static bool
take_unwind(const char *how)
{
	static const char *const names[] = {
		[WALK_AUTO] = "auto", [WALK_FP] = "fp", [WALK_DWARF] = "dwarf", [WALK_NONE] = "none"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(how, names[i])) {
			config.walk = (enum user_walk)i;
			return true;
		}
	return false;
}

static bool
take_frequency(const char *hz)
{
	has_frequency = true;
	return parse_u64(hz, &config.frequency) && config.frequency && config.frequency <= 1000000;
}

static bool
take_period(const char *events)
{
	has_count = true;
	return parse_u64(events, &config.period) && config.period;
}

static const struct option_row options[] = {
	{OPTION_CALL, 'F', "freq", "HZ", "samples per second and cpu (99)", .call = take_frequency},
	{OPTION_CALL, 'c', "count", "EVENTS", "one sample every so many events, not -F", .call = take_period},
	{OPTION_CALL, 'e', "event", "EVENT",
	 "what to sample: cycles, cpu-clock, page-faults\nand such, with :u or :k (cycles, else cpu-clock)",
	 .call = take_event},
	{OPTION_DURATION, 'd', "duration", "TIME", "stop after 5, 5s, 500ms or 2m (until Ctrl-C)",
	 &config.duration, 1, 0},
	{OPTION_FLAG, 'a', "all-cpus", NULL, "the whole system, also when a command is given", &config.system_wide},
	{OPTION_CALL, 'p', "pid", "PID,...", "these processes and children they start", .call = take_pids},
	{OPTION_CALL, 't', "tid", "TID,...", "these threads and children they start", .call = take_tids},
	{OPTION_CALL, 'C', "cpu", "CPULIST", "these cpus only: 0-3,8", .call = take_cpus},
	{OPTION_FLAG, 0, "no-inherit", NULL, "leave out children of -p, -t and the command", &config.no_inherit},
	{OPTION_FLAG, 0, "idle", NULL, "keep samples of the idle task", &config.idle},
	{OPTION_FLAG, 0, "no-kernel", NULL, "leave out the kernel part of stacks", &config.no_kernel},
	{OPTION_FLAG, 0, "no-user", NULL, "leave out the user part of stacks", &config.no_user},
	{OPTION_UINT, 0, "max-depth", "FRAMES", "most frames of the user part of a stack (1024)",
	 &config.max_depth, 1, 1024},
	{OPTION_CALL, 0, "unwind", "HOW", "user stacks by unwind tables and, where there\nare none, frame pointers (auto), by one of these\nalone (dwarf, fp); only the innermost frame (none)",
	 .call = take_unwind},
	{OPTION_SIZE, 0, "unwind-memory", "BYTES", "most memory for unwind tables (128M)", &config.unwind_memory,
	 1 << 20, 1ull << 32},
	{OPTION_FLAG, 'g', "call-graph", NULL, "accepted for perf's sake: stacks are always taken", &ignored},
	{OPTION_DURATION, 'i', "interval", "TIME", "length of a window (1s)", &config.interval, 10 * MS, 3600000000000},
	{OPTION_FLAG, 0, "timestamps", NULL, "one record per sample, with its time", &config.timestamps},
	{OPTION_STRING, 'o', "output", "FILE", "write to FILE instead of standard output", &output},
	{OPTION_UINT, 0, "map-size", "KEYS", "size of the map of counts (by -F, -i and cpus)",
	 &config.map_entries, 1, 1 << 24},
	{OPTION_SIZE, 0, "ring-size", "BYTES", "ring buffer of each cpu (by -F)", &config.ring_bytes, 4096, 1 << 30},
	{OPTION_UINT, 0, "segment-size", "RECORDS",
	 "begin a new segment after so many definitions:\nbounds the memory of all readers (2097152)",
	 &segment_size, 1, 1u << 31},
	{OPTION_FLAG, 'q', "quiet", NULL, "say nothing but errors", &quiet},
	{OPTION_FLAG, 'v', "verbose", NULL, "say what is sampled, and what became of it", &verbose},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [-- COMMAND [ARGUMENT]...]",
	.purpose = "Samples the stacks of running programs and writes them as a pb-stream(5).",
	.options = options,
	.stop_at_operand = true,
};

/* ---- signals ---- */

static int woken = -1; /* eventfd, so that a signal between two looks is not missed */
static volatile sig_atomic_t stop_signal;

/* The first one ends the capture, a second one kills. nohup is heeded; that scripts start background jobs with
 * SIGINT ignored is not, for a script that says kill -INT means it. */
static void
on_stop(int signo)
{
	uint64_t one = 1;
	int saved = errno;

	stop_signal = signo;
	if (write(woken, &one, sizeof(one)) < 0)
		stop_signal = signo;
	errno = saved;
}

static void
catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_stop, .sa_flags = SA_RESETHAND | SA_RESTART}, before;
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &before) && (signals[i] != SIGHUP || before.sa_handler != SIG_IGN))
			sigaction(signals[i], &sa, NULL);
}

/* ---- the recording ---- */

struct session {
	struct sampler *sampler;
	struct recorder *recorder;
	struct recording recording;
	struct command_run run;
	char *command_line;   /* owned */
	int out;
	int command_fd;	      /* pidfd of the command, or -1 */
	uint64_t end, window; /* CLOCK_MONOTONIC ns of the end (UINT64_MAX: none) and of the next window */
	uint64_t looked;      /* when there was something to do last */
	bool soon;	      /* there will be something at once */
	bool reader_gone, progress;
	struct err err;
};

static uint64_t
lost(const struct sampler_totals *t)
{
	return t->ring_full + t->no_ring + t->no_stack;
}

static void
show_progress(const struct session *s)
{
	const struct sampler_totals *t = sampler_totals(s->sampler);
	uint64_t time = monotonic_ns();

	if (!s->progress)
		return;
	fprintf(stderr, "\r");
	if (s->end != UINT64_MAX)
		fprintf(stderr, "%s s left  ", grouped(s->end > time ? (s->end - time + 999 * MS) / (1000 * MS) : 0));
	fprintf(stderr, "%s samples  %s lost\033[K", grouped(t->delivered), grouped(lost(t)));
}

/* False, for convenience. */
static bool
write_failed(struct session *s)
{
	s->reader_gone = errno == EPIPE;
	if (!s->reader_gone)
		err_set(&s->err, "%s:", output ? output : "<stdout>");
	return false;
}

/* Hands a window to the stream. False when the recording cannot go on. */
static bool
end_window(struct session *s)
{
	if (sampler_window(s->sampler, &s->err))
		return false;
	if (!recorder_flush(s->recorder))
		return write_failed(s);
	show_progress(s);
	return true;
}

static bool
next_segment(struct session *s)
{
	if (recorder_count(s->recorder) < segment_size)
		return true;
	if (!recorder_end(s->recorder, sampler_totals(s->sampler)))
		return write_failed(s);
	sampler_forget(s->sampler);
	recorder_begin(s->recorder, &s->recording, sampler_time(s->sampler));
	return true;
}

static bool
finished(struct session *s)
{
	if (stop_signal || monotonic_ns() >= s->end)
		return true;
	return s->run.pid ? command_ended(&s->run) : sampler_targets_gone(s->sampler);
}

static int
ms_until(uint64_t time)
{
	uint64_t now = monotonic_ns();

	return time > now ? (int)((time - now + MS - 1) / MS) : 0;
}

/* Sleeps until the next thing to do. */
static void
wait_for_tick(struct session *s)
{
	uint64_t time = monotonic_ns(), next = time + (s->soon ? URGENT : TICK);
	struct pollfd fds[] = {
		{.fd = woken, .events = POLLIN},
		{.fd = s->command_fd, .events = POLLIN},
		{.fd = s->out, .events = 0}, /* POLLERR: the pipe's reader is gone */
		{.fd = sampler_fd(s->sampler), .events = POLLIN},
	};

	if (next > s->window)
		next = s->window;
	if (next > s->end)
		next = s->end;
	/* In a storm of mappings each look takes what has come since the last one. */
	if (!poll(fds, 3, time < s->looked + URGENT ? 1 : 0))
		poll(fds, 4, ms_until(next));
	s->looked = monotonic_ns();
	s->reader_gone = fds[2].revents & (POLLERR | POLLHUP | POLLNVAL); /* a socket says POLLHUP */
}

/* False when something failed; that the reader has left is not a failure. */
static bool
record(struct session *s)
{
	bool good = true;

	while (good && !finished(s) && !s->reader_gone) {
		wait_for_tick(s);
		s->soon = sampler_collect(s->sampler);
		if (monotonic_ns() < s->window)
			continue;
		good = end_window(s) && next_segment(s);
		s->window += config.interval;
		if (s->window < monotonic_ns())
			s->window = monotonic_ns() + config.interval;
	}
	sampler_stop(s->sampler);
	if (good && !s->reader_gone)
		good = end_window(s) && (recorder_end(s->recorder, sampler_totals(s->sampler)) || write_failed(s));
	return good || s->reader_gone;
}

/* ---- what is said ---- */

static void
say_tables(const struct sampler_totals *t)
{
	if (t->tables_refused)
		warn("%s times there was no room for an unwind table (raise --unwind-memory)", grouped(t->tables_refused));
	if (t->tables_dropped)
		warn("%s unwind tables made room for others (raise --unwind-memory)", grouped(t->tables_dropped));
	if (t->layouts_refused)
		warn("%s times there was no room for the mappings of a process: its stacks are not whole",
		     grouped(t->layouts_refused));
	if (verbose && t->tables_unreadable)
		warn("%s binaries could not be opened for their unwind tables", grouped(t->tables_unreadable));
	if (verbose && t->machines_unreadable)
		warn("%s Java machines could not be read: %s", grouped(t->machines_unreadable), t->machines_why.text);
}

static void
say_losses(const struct session *s)
{
	const struct sampler_totals *t = sampler_totals(s->sampler);

	if (s->progress)
		fprintf(stderr, "\r\033[K");
	if (quiet || s->reader_gone)
		return;
	if (t->ring_full)
		warn("%s of %s samples were lost: ring full (raise --ring-size, lower -F)", grouped(t->ring_full),
		     grouped(t->fired));
	if (t->no_ring)
		warn("%s of %s samples were lost: on a cpu that came online later", grouped(t->no_ring), grouped(t->fired));
	if (t->no_stack)
		warn("%s of %s samples were lost: their stack did not come", grouped(t->no_stack), grouped(t->fired));
	if (t->side_lost)
		warn("%s records about mappings and processes were lost by the kernel: some frames may be [unknown]",
		     grouped(t->side_lost));
	if (t->refused)
		warn("the mappings of %s processes could not be read (CAP_SYS_PTRACE): their frames are [unknown]",
		     grouped(t->refused));
	say_tables(t);
	if (t->new_cpus)
		warn("%u cpus came online in the meantime and were not sampled", t->new_cpus);
	if (t->missed)
		warn("%s children could not be followed: too many tasks at a time", grouped(t->missed));
	if (t->fired != t->delivered + t->idle + t->other + t->late + lost(t))
		warn("internal error: %s samples fired, %s are accounted for", grouped(t->fired),
		     grouped(t->delivered + t->idle + t->other + t->late + lost(t)));
	if (recorder_warning(s->recorder))
		warn("%s", recorder_warning(s->recorder));
}

static void
say_summary(const struct session *s)
{
	const struct sampler_totals *t = sampler_totals(s->sampler);

	if (!quiet && !s->reader_gone && (verbose || isatty(STDERR_FILENO)))
		warn("%s samples, %s lost, %s of the idle task left out", grouped(t->delivered), grouped(lost(t)),
		     grouped(t->idle));
}

static void
say_start(const struct session *s)
{
	if (verbose)
		warn("sampling %s at %llu %s on %u cpus", sampler_event(s->sampler),
		     (unsigned long long)(config.frequency ? config.frequency : config.period),
		     config.frequency ? "Hz" : "events a sample", sampler_cpus(s->sampler));
}

/* ---- start and end ---- */

static void
parse(int argc, char **argv, char ***run)
{
	int at = options_parse(&command, argc, argv);

	if (has_count && has_frequency)
		die_usage("-F and -c exclude each other");
	if (config.no_kernel && config.no_user)
		die_usage("--no-kernel and --no-user together leave nothing");
	if (!has_count && !has_frequency)
		config.frequency = 99;
	*run = at < argc ? argv + at : NULL;
	if (!output)
		refuse_terminal(STDOUT_FILENO, "the stream is binary; pipe it into pb-symbolize or write it with -o FILE");
}

static char *
command_line(char **argv)
{
	struct buf b = {0};

	for (char **p = argv; *p; p++)
		buf_printf(&b, "%s%s", p == argv ? "" : " ", *p);
	return buf_cstr(&b);
}

static int
open_output(void)
{
	int fd = STDOUT_FILENO;

	if (output)
		fd = open(output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		die("%s:", output);
	return fd;
}

static void
open_session(struct session *s, char **argv, char **run)
{
	s->command_fd = -1;
	s->progress = !quiet && isatty(STDERR_FILENO);
	if (run) {
		command_fork(&s->run, run, !output);
		config.command = s->run.pid;
		config.program = run[0];
		s->command_fd = (int)syscall(SYS_pidfd_open, s->run.pid, 0);
	}
	s->sampler = sampler_open(&config, &s->err);
	if (!s->sampler) {
		command_stop(&s->run);
		die("%s", s->err.text);
	}
	s->out = open_output();
	s->recorder = recorder_open(s->out);
	s->command_line = command_line(argv);
	s->recording = (struct recording){
		.event = sampler_event(s->sampler),
		.frequency = config.frequency,
		.period = config.period,
		.cpus = sampler_cpus(s->sampler),
		.command_line = s->command_line,
		.timestamps = config.timestamps,
	};
	recorder_begin(s->recorder, &s->recording, monotonic_ns());
}

static void
start(struct session *s, char **run)
{
	struct sampler_sink sink = recorder_sink(s->recorder);
	int status;

	catch_signals();
	if (sampler_start(s->sampler, &sink, &s->err)) {
		command_stop(&s->run);
		die("%s", s->err.text);
	}
	s->window = monotonic_ns() + config.interval;
	s->end = config.duration ? sampler_time(s->sampler) + config.duration : UINT64_MAX;
	if (!run || command_exec(&s->run)) {
		if (output && ftruncate(s->out, 0) && errno != EINVAL) /* not a regular file */
			die("%s:", output);
		return;
	}
	status = errno == ENOENT ? 127 : 126;
	warn("%s:", run[0]);
	exit(status);
}

static int
close_session(struct session *s, bool good)
{
	int status = good ? EXIT_DONE : EXIT_FAILED;

	say_losses(s);
	if (!good)
		warn("%s", s->err.text);
	say_summary(s);
	if (good && s->run.ended)
		status = command_exit_status(&s->run);
	command_stop(&s->run);
	if (output && close(s->out))
		die("%s:", output);
	sampler_close(s->sampler);
	recorder_close(s->recorder);
	free(s->command_line);
	return status;
}

int
main(int argc, char **argv)
{
	struct session s = {0};
	char **run;
	bool good;

	stdio_init();
	parse(argc, argv, &run);
	open_session(&s, argv, run);
	start(&s, run);
	say_start(&s);
	good = record(&s);
	return close_session(&s, good);
}
