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
#include "base/output.h"
#include "base/sums.h"
#include "base/text_file.h"
#include "cmd/record_command.h"
#include "cmd/record_keep.h"
#include "cmd/record_list.h"
#include "cmd/record_options.h"
#include "cmd/record_say.h"
#include "cmd/record_sink.h"
#include "sampler/sampler.h"

enum { MS = 1000000, TICK = 100 * MS, URGENT = MS }; /* URGENT: the least time between two looks that are asked for */

static struct record_options *o;

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
	struct keeper *keeper; /* or NULL */
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
	fprintf(stderr, "%s samples  %s lost\033[K", grouped(totals_of(t, CLASS_DELIVERED)), grouped(totals_of(t, CLASS_LOST)));
}

/* False, for convenience. */
static bool
write_failed(struct session *s)
{
	s->reader_gone = errno == EPIPE;
	if (!s->reader_gone)
		err_set(&s->err, "%s:", o->output ? o->output : "<stdout>");
	return false;
}

/* Hands a window to the stream. False when the recording cannot go on. */
static bool
end_window(struct session *s)
{
	recorder_look(s->recorder);
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
	if (recorder_count(s->recorder) < o->segment_size)
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
	bool good = recorder_flush(s->recorder) || write_failed(s); /* so that what is left after a kill -9 is a stream */
	struct err unsettled;

	while (good && !finished(s) && !s->reader_gone) {
		wait_for_tick(s);
		s->soon = sampler_collect(s->sampler);
		recorder_tick(s->recorder);
		if (monotonic_ns() < s->window)
			continue;
		good = end_window(s) && next_segment(s);
		s->window += o->config.interval;
		if (s->window < monotonic_ns())
			s->window = monotonic_ns() + o->config.interval;
	}
	if (sampler_stop(s->sampler, &unsettled))
		warn("%s", unsettled.text);
	if (good && !s->reader_gone)
		good = end_window(s) && (recorder_end(s->recorder, sampler_totals(s->sampler)) || write_failed(s));
	return good || s->reader_gone;
}

/* ---- start and end ---- */

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

	if (o->output)
		fd = open(o->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		die("%s:", o->output);
	return fd;
}

static void
open_session(struct session *s, char **argv, char **run)
{
	s->command_fd = -1;
	s->progress = !o->quiet && isatty(STDERR_FILENO);
	if (run) {
		command_fork(&s->run, run, !o->output);
		o->config.command = s->run.pid;
		o->config.program = run[0];
		s->command_fd = (int)syscall(SYS_pidfd_open, s->run.pid, 0);
	}
	s->sampler = sampler_open(&o->config, &s->err);
	if (!s->sampler) {
		command_stop(&s->run);
		die("%s", s->err.text);
	}
	s->out = open_output();
	s->recorder = recorder_open(s->out);
	s->command_line = command_line(argv);
	if (o->keep && !(s->keeper = keeper_open(o->keep, &s->err))) {
		command_stop(&s->run);
		die("%s", s->err.text);
	}
	s->recording = (struct recording){
		.sampler = s->sampler,
		.cpus = sampler_cpus(s->sampler),
		.command_line = s->command_line,
		.keeper = s->keeper,
		.timestamps = o->config.timestamps,
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
	s->window = monotonic_ns() + o->config.interval;
	s->end = o->config.duration ? sampler_time(s->sampler) + o->config.duration : UINT64_MAX;
	if (!run || command_exec(&s->run)) {
		if (o->output && ftruncate(s->out, 0) && errno != EINVAL) /* not a regular file */
			die("%s:", o->output);
		return;
	}
	status = errno == ENOENT ? 127 : 126;
	warn("%s:", run[0]);
	exit(status);
}

static void
warn_lines(struct buf *lines)
{
	for (char *at = buf_cstr(lines), *line; (line = line_next(&at));)
		warn("%s", line);
	buf_free(lines);
}

static void
say_end(const struct session *s)
{
	struct buf lines = {0};

	if (s->progress)
		fprintf(stderr, "\r\033[K");
	if (s->keeper)
		keeper_close(s->keeper, &lines);
	if (!o->quiet && !s->reader_gone) {
		say_losses(sampler_totals(s->sampler), o->verbose);
		recorder_report(s->recorder, &lines);
	} else {
		lines.len = 0;
	}
	warn_lines(&lines);
	if (!o->quiet && !s->reader_gone && (o->verbose || isatty(STDERR_FILENO)))
		say_summary(sampler_totals(s->sampler));
}

static int
close_session(struct session *s, bool good)
{
	int status = good ? EXIT_DONE : EXIT_FAILED;

	say_end(s);
	if (!good)
		warn("%s", s->err.text);
	if (good && s->run.ended)
		status = command_exit_status(&s->run);
	command_stop(&s->run);
	if (o->output && close(s->out))
		die("%s:", o->output);
	sampler_close(s->sampler);
	recorder_close(s->recorder);
	free(s->command_line);
	return status;
}

int
main(int argc, char **argv)
{
	struct session s = {0};
	bool good;

	stdio_init();
	o = record_options(argc, argv);
	if (o->list)
		return record_list(&o->config);
	open_session(&s, argv, o->run);
	start(&s, o->run);
	if (o->verbose)
		say_start(s.sampler, &o->config);
	good = record(&s);
	return close_session(&s, good);
}
