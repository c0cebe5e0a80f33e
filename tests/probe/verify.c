// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads every program of the sampler with all that can be asked of it, as kernels with bpf_loop() have it and as those
 * without, and says of each how many instructions the verifier looked at, or why it is refused: verify. The kernel refuses a
 * million. Its log of what it refuses goes to stderr. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/layout.h"
#include "bpf/sample.h"
#include "bpf/unwind.h"
#include "sample.skel.h"

enum { STATISTICS = 4, CGROUPS = 16, LOG = 1 << 18, PROGRAMS_MAX = 128 }; /* STATISTICS: BPF_LOG_STATS */

static char *logs[PROGRAMS_MAX]; /* of the verifier, by number of the program */
static bool bad[PROGRAMS_MAX];	 /* it was refused, and is not tried again */
static char said[1024];		 /* libbpf's first warning, which names the program */

static int
hear(enum libbpf_print_level level, const char *format, va_list ap)
{
	if (level == LIBBPF_WARN && !said[0])
		vsnprintf(said, sizeof(said), format, ap);
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

/* Constants are known to the verifier: what is not asked for it does not look at. */
static void
ask_for_all(struct sample_bpf *skel, bool with_loop)
{
	skel->rodata->with_loop = with_loop;
	skel->rodata->with_tables = skel->rodata->with_frame_pointers = true;
	skel->rodata->only_targets = skel->rodata->only_comms = skel->rodata->not_comms = true;
	skel->rodata->not_pids = skel->rodata->only_cpus = true;
	skel->rodata->with_on_cpu = skel->rodata->with_waker = true;
	skel->rodata->n_cgroups = CGROUPS;
	skel->rodata->rate_most = 1;
	skel->rodata->rate_slice = 10000000;
	skel->rodata->min_block = 1;
	skel->rodata->max_block = 1000000000;
	skel->rodata->command = 1;
	skel->rodata->with_trails = true;
	skel->rodata->n_memories = 4096;
	skel->rodata->n_orc_rows = 1000000;
#if defined(__x86_64__) /* and by turns as kernels have it that show their variables, and as the others */
	skel->rodata->per_cpu_offsets = skel->rodata->preempt_count_at = with_loop;
#endif
}

/* One of those that there are INSTANCES of stands for them, of fentry's and fexit's two. */
static bool
is_tried(const struct bpf_program *p)
{
	const char *name = bpf_program__name(p), *last = strrchr(name, '_');

	return !last || !strchr("0123456789", last[1]) || !strcmp(last, "_0") || !strcmp(name, "traced_1");
}

static void
prepare(struct sample_bpf *skel)
{
	struct bpf_program *p;
	int i = 0;

	bpf_object__for_each_program(p, skel->obj) {
		bool tried = is_tried(p) && !bad[i];

		bpf_program__set_autoload(p, tried);
		if (tried && !strncmp(bpf_program__name(p), "traced_", 7))
			bpf_program__set_attach_target(p, 0, "vfs_read");
		bpf_program__set_log_level(p, STATISTICS);
		bpf_program__set_log_buf(p, logs[i++], LOG);
	}
	bpf_program__set_expected_attach_type(skel->progs.traced_1, BPF_TRACE_FEXIT);
	bpf_program__set_expected_attach_type(skel->progs.on_uprobes, (enum bpf_attach_type)TRACE_UPROBE_MULTI);
}

/* Whether the load stopped at a program, which is then said and left out. */
static bool
leave_out_refused(struct sample_bpf *skel, const char *how)
{
	struct bpf_program *p;
	char quoted[64];
	int i = 0;

	bpf_object__for_each_program(p, skel->obj) {
		snprintf(quoted, sizeof(quoted), "'%s'", bpf_program__name(p));
		if (!bad[i] && strstr(said, quoted)) {
			printf("%s %s bpf_loop(): refused: %s", bpf_program__name(p), how, said);
			fprintf(stderr, "%s\n", logs[i]);
			return bad[i] = true;
		}
		i++;
	}
	printf("%s bpf_loop(): refused: %s", how, said);
	return false;
}

static void
say_loaded(struct sample_bpf *skel, const char *how)
{
	struct bpf_program *p;
	int i = 0;

	bpf_object__for_each_program(p, skel->obj) {
		const char *line = strstr(logs[i++], "processed ");

		if (bpf_program__autoload(p))
			printf("%s %s bpf_loop(): loaded, %.*s\n", bpf_program__name(p), how, line ? (int)strcspn(line, "(") : 0,
			       line ? line : "");
	}
}

/* 0: all loaded; 1: one is to be left out next time; -1. */
static int
load(bool with_loop)
{
	const char *how = with_loop ? "with" : "without";
	struct sample_bpf *skel = sample_bpf__open();
	int status = 0;

	if (!skel || set_maps(skel))
		return -1;
	ask_for_all(skel, with_loop);
	said[0] = 0;
	prepare(skel);
	if (!sample_bpf__load(skel))
		say_loaded(skel, how);
	else
		status = leave_out_refused(skel, how) ? 1 : -1;
	sample_bpf__destroy(skel);
	return status;
}

int
main(void)
{
	int status, failed = 0;

	libbpf_set_print(hear);
	for (int i = 0; i < PROGRAMS_MAX; i++)
		logs[i] = calloc(1, LOG);
	for (int with_loop = 1; with_loop >= 0; with_loop--) {
		memset(bad, 0, sizeof(bad));
		do {
			status = load(with_loop);
			failed |= status;
		} while (status > 0);
	}
	return !!failed;
}
