// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-fold: a stream as folded text, one stack a line, root first, with its samples counted:
 *
 *	sh;main;execute_command;[libc.so.6] 12
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/sums.h"
#include "cmd/fold_stacks.h"
#include "stream/account.h"
#include "stream/stream.h"

static const char *event_wanted;
static struct stacks stacks;

static const struct option_row options[] = {
	{OPTION_FLAG, 0, "pid", NULL, "name root frames comm-PID", &stacks.by.by_pid, 0, 0, NULL},
	{OPTION_FLAG, 0, "tid", NULL, "name root frames comm-PID/TID", &stacks.by.by_tid, 0, 0, NULL},
	{OPTION_FLAG, 0, "cpu", NULL, "put a frame for the cpu in front: [cpu 3]", &stacks.by.by_cpu, 0, 0, NULL},
	{OPTION_FLAG, 0, "no-comm", NULL, "leave out the frame with the thread name", &stacks.by.no_comm, 0, 0, NULL},
	{OPTION_FLAG, 0, "module", NULL, "name functions with module: libc.so.6`qsort", &stacks.nodes.naming.module, 0, 0, NULL},
	{OPTION_FLAG, 0, "annotate", NULL, "append _[k] to kernel, _[i] inlined, _[j] JIT code", &stacks.nodes.naming.annotate, 0, 0,
	 NULL},
	{OPTION_STRING, 'e', "event", "NAME", "count the samples of this event only", &event_wanted, 0, 0, NULL},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]...",
	.purpose = "Fold pb streams: their stacks, merged and counted, one \"comm;root;...;leaf count\" a line.",
	.options = options,
};

static struct buf first_unit; /* of the first event that was sampled */
static bool unit_known;
static bool wanted;	   /* the current window's event is counted */
static uint32_t event;	   /* its name in counted or left_out */
static bool event_exists;  /* the one of --event */
static struct sums counted, left_out; /* samples by event */
static struct account account;

static void
count_sample(struct stream *s, uint64_t task, uint64_t cpu, uint64_t stack, uint64_t n)
{
	if (!n || !account_samples(&account, s, n))
		return;
	sums_add(wanted ? &counted : &left_out, event, n);
	if (wanted)
		stacks_count(&stacks, (uint32_t)task, cpu, (uint32_t)stack, n);
}

static bool
is_same(struct text a, const char *b, size_t len)
{
	return a.len == len && (!len || !memcmp(a.data, b, len));
}

/* Without --event, events are added up that count the same thing as the first one. */
static void
choose(struct text name, struct text unit)
{
	if (!unit_known)
		buf_add(&first_unit, unit.data, unit.len);
	unit_known = true;
	wanted = event_wanted ? is_same(name, event_wanted, strlen(event_wanted))
			      : is_same(unit, first_unit.data, first_unit.len);
	event_exists |= wanted;
	event = sums_name(wanted ? &counted : &left_out, name.data, name.len);
}

static void
take_window(struct stream *s)
{
	struct window_record r;

	while (read_window(s, &r))
		choose(texts_get(&stacks.dict.event_names, (uint32_t)r.event), texts_get(&stacks.dict.event_units, (uint32_t)r.event));
}

/* Also makes ready for the next one. */
static void
end_segment(void)
{
	stacks_settle(&stacks);
	account_close(&account);
	wanted = !event_wanted;
	event = sums_name(wanted ? &counted : &left_out, "", 0);
}

static void
take_samples(struct stream *s)
{
	struct sample_record sample;
	struct timed_record timed;

	if (stream_type(s) == RECORD_sample)
		while (read_sample(s, &sample))
			count_sample(s, sample.task, sample.cpu, sample.stack, sample.count);
	else
		while (read_timed(s, &timed))
			count_sample(s, timed.task, timed.cpu, timed.stack, 1);
}

static void
take_block(struct stream *s)
{
	uint32_t type = stream_type(s);

	if (type == RECORD_segment)
		end_segment();
	if (dict_take(&stacks.dict, s) || account_take(&account, s))
		return;
	if (type == RECORD_window)
		take_window(s);
	if (type == RECORD_sample || type == RECORD_timed)
		take_samples(s);
}

static void
say(const char *warning)
{
	if (warning)
		warn("%s", warning);
}

/* False when the stream is malformed; what came before is counted. */
static bool
fold(int fd, const char *name)
{
	struct stream *s = stream_open(fd, name);
	int64_t type;

	stream_on_wait(s, wait_for_input);
	while ((type = stream_next(s)) > 0) {
		say(stream_warning(s));
		take_block(s);
	}
	say(type < 0 ? stream_error(s) : stream_warning(s));
	end_segment();
	stream_close(s);
	return type == 0;
}

static bool
fold_stdin(void)
{
	refuse_terminal(STDIN_FILENO, "pb-fold reads a stream: pb-record -d 5 | pb-symbolize | pb-fold");
	return fold(STDIN_FILENO, "<stdin>");
}

static bool
fold_file(const char *path)
{
	bool good;
	int fd;

	if (!strcmp(path, "-"))
		return fold_stdin();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		warn("%s:", path);
		return false;
	}
	good = fold(fd, path);
	close(fd);
	return good;
}

/* What the folded text does not tell. False when the event that was asked for does not exist. */
static bool
say_what_is_missing(void)
{
	uint64_t lost = account.lost.total;

	if (lost)
		warn("%s of %s samples were lost (%s)", grouped(lost), grouped(account.delivered + lost), sums_text(&account.lost));
	if (event_wanted && !event_exists) {
		warn("no event is named '%s'%s%s", event_wanted, left_out.total ? "; there are samples of " : "",
		     sums_text(&left_out));
		return false;
	}
	if (!event_wanted && left_out.total)
		warn("left out %s samples of events that count other things (%s); see --event", grouped(left_out.total),
		     sums_text(&left_out));
	if (sums_count(&counted) > 1)
		warn("added up samples of several events (%s); see --event", sums_text(&counted));
	if (!counted.total)
		warn("no samples");
	return true;
}

static void
write_lines(void)
{
	struct fold_lines *lines = fold_lines_open(&stacks.cells, &stacks.tree, &stacks.groups);
	struct buf part = {0};

	while (fold_lines_more(lines, &part)) {
		stdout_write(part.data, part.len);
		part.len = 0;
	}
	buf_free(&part);
	fold_lines_close(lines);
}

int
main(int argc, char **argv)
{
	bool good = true;
	int i;

	stdio_init();
	i = options_parse(&command, argc, argv);
	outlive_first_interrupt();
	stacks_init(&stacks);
	if (i == argc)
		good = fold_stdin();
	for (; i < argc; i++)
		good &= fold_file(argv[i]);
	write_lines();
	good &= say_what_is_missing();
	stdout_close();
	return good ? EXIT_DONE : EXIT_FAILED;
}
