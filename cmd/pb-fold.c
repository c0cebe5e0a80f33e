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
#include "cmd/fold_events.h"
#include "cmd/fold_stacks.h"
#include "stream/account.h"
#include "stream/stream.h"

static bool list_events;
static struct fold_events events;
static struct stacks stacks;
static struct account account;

static bool
ask_for_event(const char *name)
{
	event_names_add(&events.asked, name);
	return true;
}

static const struct option_row options[] = {
	{OPTION_FLAG, 0, "pid", NULL, "name root frames comm-PID", &stacks.by.by_pid, 0, 0, NULL},
	{OPTION_FLAG, 0, "tid", NULL, "name root frames comm-PID/TID", &stacks.by.by_tid, 0, 0, NULL},
	{OPTION_FLAG, 0, "events", NULL, "put a frame for the event in front: [cycles]", &stacks.by.by_event, 0, 0, NULL},
	{OPTION_FLAG, 0, "cpu", NULL, "put a frame for the cpu in front: [cpu 3]", &stacks.by.by_cpu, 0, 0, NULL},
	{OPTION_FLAG, 0, "no-comm", NULL, "leave out the frame with the thread name", &stacks.by.no_comm, 0, 0, NULL},
	{OPTION_FLAG, 0, "module", NULL, "name functions with module: libc.so.6`qsort", &stacks.nodes.naming.module, 0, 0, NULL},
	{OPTION_FLAG, 0, "annotate", NULL, "append _[k] to kernel, _[i] inlined, _[j] JIT code", &stacks.nodes.naming.annotate, 0, 0,
	 NULL},
	{OPTION_FLAG, 0, "lines", NULL, "append source lines: qsort (qsort.c:12)", &stacks.nodes.naming.lines, 0, 0, NULL},
	{OPTION_FLAG, 0, "full-paths", NULL, "the same, with whole paths of source files", &stacks.nodes.naming.paths, 0, 0, NULL},
	{OPTION_CALL, 'e', "event", "NAME", "count this event, or those like \"vfs_*\"; may be\ngiven several times", NULL, 0, 0,
	 ask_for_event},
	{OPTION_FLAG, 0, "count", NULL, "count samples, also in events with bytes or ns", &events.by_count, 0, 0, NULL},
	{OPTION_FLAG, 0, "list-events", NULL, "write the events: name, unit, samples, value", &list_events, 0, 0, NULL},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]...",
	.purpose = "Fold pb streams: their stacks, merged and counted, one \"comm;root;...;leaf count\" a line.",
	.options = options,
};

static void
take_windows(struct stream *s)
{
	struct window_record r;

	while (read_window(s, &r)) {
		stacks.event = (uint32_t)r.event;
		fold_events_open(&events, stacks.event);
	}
}

/* Also makes ready for the next one. */
static void
end_segment(void)
{
	stacks_settle(&stacks);
	account_close(&account);
	stacks.event = DICT_NONE;
	fold_events_begin(&events);
}

static void
take_samples(struct stream *s)
{
	struct samples r;
	uint64_t n;

	fold_events_ready(&events);
	while (read_samples(s, &r)) {
		if (!r.count && !(events.has_values && r.value))
			continue;
		if (!account_samples(&account, s, r.count) || (events.has_values && !account_values(&account, s, r.value)))
			return;
		n = fold_events_add(&events, &r);
		if (n && !list_events)
			stacks_count(&stacks, (uint32_t)r.task, r.cpu, (uint32_t)r.stack, n);
	}
}

static void
take_block(struct stream *s)
{
	uint32_t type = stream_type(s);

	if (type == RECORD_segment)
		end_segment();
	if (dict_take(&stacks.dict, s)) {
		fold_events_take(&events, &stacks.dict);
		return;
	}
	account_take(&account, s);
	if (type == RECORD_window)
		take_windows(s);
	if (has_samples(type))
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

static void
say_losses(void)
{
	uint64_t lost = account.lost.total;

	if (lost)
		warn("%s of %s samples were lost (%s)", grouped(lost), grouped(account.delivered + lost), sums_text(&account.lost));
}

/* False when there is a name that no event has. */
static bool
all_are_found(void)
{
	struct sums sums[FOLD_USES], all = {0};
	bool good = true;

	for (int use = 0; use < FOLD_USES; use++) {
		sums[use] = fold_events_sums(&events, use);
		sums_move(&all, &sums[use]);
	}
	for (size_t i = 0; i < events.asked.n; i++)
		if (!events.asked.all[i].found) {
			warn("no event is named '%s'%s%s", events.asked.all[i].text, all.total ? "; there are samples of " : "",
			     sums_text(&all));
			good = false;
		}
	sums_free(&all);
	return good;
}

/* What the folded text does not tell. */
static void
say_what_is_missing(void)
{
	struct sums counted = fold_events_sums(&events, FOLD_COUNTED), others = fold_events_sums(&events, FOLD_OTHER_UNIT);

	if (others.total)
		warn("left out %s samples of events that count other things (%s); see --event", grouped(others.total),
		     sums_text(&others));
	if (sums_count(&counted) > 1 && !events.asked.n && !stacks.by.by_event)
		warn("added up samples of several events (%s); see --event", sums_text(&counted));
	if (!counted.total)
		warn("no samples");
	else if (!stacks.cells.n)
		warn("the values of all samples are 0; see --count");
	sums_free(&counted);
	sums_free(&others);
}

static void
write_list(void)
{
	struct buf list = {0};

	fold_events_list(&events, &list);
	stdout_write(list.data, list.len);
	buf_free(&list);
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
	if (list_events)
		write_list();
	else
		write_lines();
	say_losses();
	if (!all_are_found())
		good = false;
	else if (!list_events)
		say_what_is_missing();
	stdout_close();
	return good ? EXIT_DONE : EXIT_FAILED;
}
