// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads every program of the sampler with all that can be asked of it, as kernels with bpf_loop() have it and as those
 * without, and says of each how many instructions the verifier looked at, or why it is refused: verify. The kernel refuses a
 * million. One argument: the function for fentry and fexit. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bpf/layout.h"
#include "bpf/sample.h"
#include "bpf/unwind.h"
#include "sample.skel.h"

enum { STATISTICS = 4, CGROUPS = 16, PROGRAMS_MAX = 32 }; /* STATISTICS: BPF_LOG_STATS */

static const char *const names[] = {
	"perf_0",   "raw_0",     "traced_0",	      "traced_1", "on_probe", "on_probes", "on_tracepoint",
	"on_switch", "on_waking", "on_waking_guessed", "on_fork",  "on_exec",  "on_free",   "learn_namespace",
};
enum { N = sizeof(names) / sizeof(names[0]) };

/* Why a program was refused; else what the verifier says in the end. */
static char logs[N][1 << 18];
static char said[1024];

static int
hear(enum libbpf_print_level level, const char *format, va_list ap)
{
	char line[1024];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), format, ap);
	if (!said[0])
		snprintf(said, sizeof(said), "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

/* Models of the maps that lib/sampler makes. */
static int
set_maps(struct sample_bpf *skel)
{
	LIBBPF_OPTS(bpf_map_create_opts, mapped, .map_flags = BPF_F_MMAPABLE);
	int slab = bpf_map_create(BPF_MAP_TYPE_ARRAY, "slab", sizeof(__u32), UNWIND_CHUNK, SLAB_CHUNKS, &mapped);
	int counts = bpf_map_create(BPF_MAP_TYPE_HASH, "counts", sizeof(struct sample_key), sizeof(struct sample_count), 64, NULL);
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, 65536, NULL);

	return bpf_map__set_inner_map_fd(skel->maps.slabs, slab) || bpf_map__set_inner_map_fd(skel->maps.counts, counts) ||
	       bpf_map__set_inner_map_fd(skel->maps.rings, ring) || bpf_map__set_max_entries(skel->maps.cgroups, CGROUPS);
}

/* What is constant is known to the verifier: what is not asked for it does not look at. */
static void
ask_for_all(struct sample_bpf *skel, bool with_loop)
{
	skel->rodata->with_loop = with_loop;
	skel->rodata->with_tables = skel->rodata->with_frame_pointers = true;
	skel->rodata->only_targets = skel->rodata->only_comms = skel->rodata->not_comms = true;
	skel->rodata->not_pids = skel->rodata->only_cpus = true;
	skel->rodata->with_on_cpu = skel->rodata->with_waker = true;
	skel->rodata->n_cgroups = CGROUPS;
	skel->rodata->max_rate = 100;
	skel->rodata->rate_slice = 10000000;
	skel->rodata->min_block = 1;
	skel->rodata->max_block = 1000000000;
	skel->rodata->command = 1;
}

static struct bpf_program *
program(struct sample_bpf *skel, int i)
{
	return bpf_object__find_program_by_name(skel->obj, names[i]);
}

/* 0: those that are wanted were loaded; else the one that was not is. */
static int
load(bool with_loop, const char *function, const bool *wanted)
{
	struct sample_bpf *skel = sample_bpf__open();
	int failed;

	if (!skel || set_maps(skel))
		return -1;
	ask_for_all(skel, with_loop);
	bpf_program__set_expected_attach_type(skel->progs.traced_1, BPF_TRACE_FEXIT);
	said[0] = 0;
	for (int i = 0; i < N; i++) {
		struct bpf_program *p = program(skel, i);

		bpf_program__set_autoload(p, wanted[i]);
		if (!strncmp(names[i], "traced", 6) && wanted[i])
			bpf_program__set_attach_target(p, 0, function);
		bpf_program__set_log_level(p, STATISTICS);
		bpf_program__set_log_buf(p, logs[i], sizeof(logs[i]));
	}
	failed = sample_bpf__load(skel);
	sample_bpf__destroy(skel);
	return failed;
}

/* Which one the load stopped at: its file is the first that is missing. libbpf names it in its first warning. */
static int
refused(const bool *wanted)
{
	char quoted[64];

	for (int i = 0; i < N; i++) {
		snprintf(quoted, sizeof(quoted), "'%s'", names[i]);
		if (wanted[i] && strstr(said, quoted))
			return i;
	}
	return -1;
}

static int
try(bool with_loop, const char *function)
{
	const char *how = with_loop ? "with" : "without";
	bool wanted[N];
	int all = 0, bad;

	memset(wanted, true, sizeof(wanted));
	memset(logs, 0, sizeof(logs));
	while (load(with_loop, function, wanted)) {
		bad = refused(wanted);
		printf("%s %s bpf_loop(): refused: %s\n", bad < 0 ? "object" : names[bad], how, said);
		if (bad < 0)
			return -1;
		fprintf(stderr, "%s\n", logs[bad]);
		wanted[bad] = false;
		all = 1;
	}
	for (int i = 0; i < N; i++) {
		const char *line = strstr(logs[i], "processed ");

		if (wanted[i])
			printf("%s %s bpf_loop(): loaded, %.*s\n", names[i], how, line ? (int)strcspn(line, "(") : 0, line ? line : "");
	}
	return all;
}

int
main(int argc, char **argv)
{
	const char *function = argc > 1 ? argv[1] : "vfs_read";
	int with, without;

	libbpf_set_print(hear);
	with = try(true, function);
	without = try(false, function);
	return with || without;
}
