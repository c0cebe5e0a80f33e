// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-record's command line asks for. */
#include "cmd/record_options.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "sym/demangle.h"

enum { MS = 1000000 };

static struct record_options o = {
	.config = {.max_depth = 1024, .unwind_memory = 128 << 20, .interval = 1000000000, .max_probes = 1000,
		   .demangle = demangle},
	.segment_size = 2 << 20,
};
static bool ignored, off_cpu, wall;
static bool has_count, has_frequency;
static struct event_spec *events;
static size_t cap_events;
static const char **cgroups;
static size_t cap_cgroups;

/* To perf_event_open(2) 0 would be ourselves. */
static bool
take_ids(const char *list, struct int_list *ids)
{
	return parse_int_list(list, INT32_MAX, ids) && ids->items[0];
}

static bool
take_pids(const char *list)
{
	return take_ids(list, &o.config.pids);
}

static bool
take_tids(const char *list)
{
	return take_ids(list, &o.config.tids);
}

static bool
take_not_pids(const char *list)
{
	return take_ids(list, &o.config.not_pids);
}

static bool
take_cpus(const char *list)
{
	return parse_int_list(list, UINT16_MAX, &o.config.cpus);
}

static bool
take_event(const char *name)
{
	GROW(events, o.config.n_events, cap_events);
	events[o.config.n_events++] = (struct event_spec){.text = name};
	o.config.events = events;
	return *name;
}

/* Of the event before. */
static struct event_spec *
last_event(const char *option)
{
	if (!o.config.n_events)
		die_usage("%s: it says something about the -e before it, and there is none", option);
	return &events[o.config.n_events - 1];
}

static bool
take_weight(const char *weight)
{
	last_event("--weight")->weight = weight;
	if (!strncmp(weight, "samples", 7) && (!weight[7] || weight[7] == ':'))
		die_usage("--weight: 'samples' is what is counted without it; name another unit");
	return *weight && *weight != ':';
}

static bool
take_filter(const char *filter)
{
	last_event("--filter")->filter = filter;
	return *filter;
}

static bool
take_list(const char *event)
{
	o.list = true;
	return take_event(event);
}

static bool
take_cgroup(const char *path)
{
	GROW(cgroups, o.config.n_cgroups, cap_cgroups);
	cgroups[o.config.n_cgroups++] = path;
	o.config.cgroups = cgroups;
	return *path;
}

static bool
take_unwind(const char *how)
{
	static const char *const names[] = {
		[WALK_AUTO] = "auto", [WALK_FP] = "fp", [WALK_DWARF] = "dwarf", [WALK_NONE] = "none"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(how, names[i])) {
			o.config.walk = (enum user_walk)i;
			return true;
		}
	return false;
}

static bool
take_frequency(const char *hz)
{
	has_frequency = true;
	return parse_u64(hz, &o.config.frequency) && o.config.frequency && o.config.frequency <= 1000000;
}

static bool
take_period(const char *n)
{
	has_count = true;
	return parse_u64(n, &o.config.period) && o.config.period;
}

static const struct option_row options[] = {
	{OPTION_CALL, 'F', "freq", "HZ", "samples per second and cpu (99)", .call = take_frequency},
	{OPTION_CALL, 'c', "count", "EVENTS", "one sample every so many events, not -F", .call = take_period},
	{OPTION_CALL, 'e', "event", "EVENT",
	 "what to sample, any number of times: cycles,\npage-faults and all that perf knows,\n"
	 "kprobe:FUNC, kretprobe:FUNC, fentry:FUNC,\nSYSTEM:TRACEPOINT, raw_tp:NAME,\n"
	 "uprobe:[FILE:]FUNC, uretprobe:[FILE:]FUNC,\nusdt:[FILE:]NAME (cycles, else cpu-clock)",
	 .call = take_event},
	{OPTION_CALL, 0, "weight", "UNIT[:ARG]", "what a sample of the -e before counts:\nbytes:arg1, bytes:ret",
	 .call = take_weight},
	{OPTION_CALL, 0, "filter", "CONDITION", "which samples of the -e before count:\n'arg1 > 4096 && arg2 == 1'",
	 .call = take_filter},
	{OPTION_CALL, 0, "list", "EVENT", "only show what -e EVENT would match", .call = take_list},
	{OPTION_UINT, 0, "max-probes", "N", "most places that one -e may match (1000)", &o.config.max_probes, 1, 1 << 20},
	{OPTION_UINT, 0, "max-rate", "HZ", "most samples of one event per second and cpu,\na fair share of them (all)",
	 &o.config.max_rate, 1, 10000000},
	{OPTION_FLAG, 0, "off-cpu", NULL, "how long threads wait, where, and for what", &off_cpu},
	{OPTION_FLAG, 0, "wall", NULL, "all of threads' time: on cpus and waiting", &wall},
	{OPTION_DURATION, 0, "min-block", "TIME", "leave out waits that are shorter", &o.config.min_block, 1, 0},
	{OPTION_DURATION, 0, "max-block", "TIME", "leave out waits that are longer", &o.config.max_block, 1, 0},
	{OPTION_FLAG, 0, "waker", NULL, "show who ended each wait", &o.config.waker},
	{OPTION_DURATION, 'd', "duration", "TIME", "stop after 5, 5s, 500ms or 2m (until Ctrl-C)",
	 &o.config.duration, 1, 0},
	{OPTION_FLAG, 'a', "all-cpus", NULL, "the whole system, also when a command is given", &o.config.system_wide},
	{OPTION_CALL, 'p', "pid", "PID,...", "these processes and children they start", .call = take_pids},
	{OPTION_CALL, 't', "tid", "TID,...", "these threads and children they start", .call = take_tids},
	{OPTION_CALL, 'C', "cpu", "CPULIST", "these cpus only: 0-3,8", .call = take_cpus},
	{OPTION_CALL, 0, "cgroup", "PATH", "tasks in this cgroup or below it only", .call = take_cgroup},
	{OPTION_STRING, 0, "comm", "PATTERN,...", "threads with such names only: 'make,cc*'", &o.config.comms},
	{OPTION_STRING, 0, "exclude-comm", "PATTERN,...", "leave out threads with such names", &o.config.not_comms},
	{OPTION_CALL, 0, "exclude-pid", "PID,...", "leave out these processes", .call = take_not_pids},
	{OPTION_FLAG, 0, "no-inherit", NULL, "leave out children of -p, -t and the command", &o.config.no_inherit},
	{OPTION_FLAG, 0, "idle", NULL, "keep samples of the idle task", &o.config.idle},
	{OPTION_FLAG, 0, "no-kernel", NULL, "leave out the kernel part of stacks", &o.config.no_kernel},
	{OPTION_FLAG, 0, "no-user", NULL, "leave out the user part of stacks", &o.config.no_user},
	{OPTION_UINT, 0, "max-depth", "FRAMES", "most frames of the user part of a stack (1024)",
	 &o.config.max_depth, 1, 1024},
	{OPTION_CALL, 0, "unwind", "HOW", "user stacks by unwind tables and, where there\nare none, frame pointers (auto), by one of these\nalone (dwarf, fp); only the innermost frame (none)",
	 .call = take_unwind},
	{OPTION_SIZE, 0, "unwind-memory", "BYTES", "most memory for unwind tables (128M)", &o.config.unwind_memory,
	 1 << 20, 1ull << 32},
	{OPTION_FLAG, 'g', "call-graph", NULL, "accepted for perf's sake: stacks are always taken", &ignored},
	{OPTION_DURATION, 'i', "interval", "TIME", "length of a window (1s)", &o.config.interval, 10 * MS, 3600000000000},
	{OPTION_FLAG, 0, "timestamps", NULL, "one record per sample, with its time", &o.config.timestamps},
	{OPTION_STRING, 'o', "output", "FILE", "write to FILE instead of standard output", &o.output},
	{OPTION_STRING, 0, "keep-binaries", "DIR", "copy the files that samples are in to DIR", &o.keep},
	{OPTION_UINT, 0, "map-size", "KEYS", "size of the map of counts (by -F, -i and cpus)",
	 &o.config.map_entries, 1, 1 << 24},
	{OPTION_SIZE, 0, "ring-size", "BYTES", "ring buffer of each cpu (by -F)", &o.config.ring_bytes, 4096, 1 << 30},
	{OPTION_UINT, 0, "segment-size", "RECORDS",
	 "begin a new segment after so many definitions:\nbounds the memory of all readers (2097152)",
	 &o.segment_size, 1, 1u << 31},
	{OPTION_FLAG, 'q', "quiet", NULL, "say nothing but errors", &o.quiet},
	{OPTION_FLAG, 'v', "verbose", NULL, "say what is sampled, and what became of it", &o.verbose},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [-- COMMAND [ARGUMENT]...]",
	.purpose = "Samples the stacks of running programs and writes them as a pb-stream(5).",
	.options = options,
	.stop_at_operand = true,
};

static void
check(void)
{
	struct sampler_config *c = &o.config;

	if (has_count && has_frequency)
		die_usage("-F and -c exclude each other");
	if (c->no_kernel && c->no_user)
		die_usage("--no-kernel and --no-user together leave nothing");
	if (wall && has_count)
		die_usage("--wall takes a frequency, not -c");
	if (!off_cpu && !wall && (c->waker || c->min_block || c->max_block))
		die_usage("--waker, --min-block and --max-block are about waits: --off-cpu or --wall");
	if (c->max_block && c->max_block < c->min_block)
		die_usage("--max-block is less than --min-block");
	if (wall && c->idle)
		die_usage("--wall is about threads; --idle is not");
	if (wall && (c->min_block || c->max_block))
		die_usage("--wall is about all time: no --min-block, no --max-block");
}

struct record_options *
record_options(int argc, char **argv)
{
	int at = options_parse(&command, argc, argv);

	check();
	if (off_cpu || wall)
		o.config.watch = wall ? WATCH_WALL : WATCH_OFF_CPU;
	if (!has_count)
		o.config.frequency = o.config.frequency ? o.config.frequency : 99;
	o.config.keep_files = o.keep;
	o.run = at < argc ? argv + at : NULL;
	o.config.program = o.run ? o.run[0] : NULL;
	if (!o.output && !o.list)
		refuse_terminal(STDOUT_FILENO, "the stream is binary; pipe it into pb-symbolize or write it with -o FILE");
	return &o;
}
