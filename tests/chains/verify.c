// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the sampling program as kernels with bpf_loop() have it and as those without, and says for each how many
 * instructions the verifier looked at: verify. The kernel refuses a million. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "bpf/layout.h"
#include "bpf/sample.h"
#include "bpf/unwind.h"
#include "sample.skel.h"

enum { STATISTICS = 4 }; /* BPF_LOG_STATS */

/* Models of the maps that lib/sampler makes. */
static int
set_inner_maps(struct sample_bpf *skel)
{
	LIBBPF_OPTS(bpf_map_create_opts, mapped, .map_flags = BPF_F_MMAPABLE);
	int slab = bpf_map_create(BPF_MAP_TYPE_ARRAY, "slab", sizeof(__u32), UNWIND_CHUNK, SLAB_CHUNKS, &mapped);
	int counts = bpf_map_create(BPF_MAP_TYPE_HASH, "counts", sizeof(struct sample_key), sizeof(__u64), 64, NULL);
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, 4096, NULL);

	return bpf_map__set_inner_map_fd(skel->maps.slabs, slab) || bpf_map__set_inner_map_fd(skel->maps.counts, counts) ||
	       bpf_map__set_inner_map_fd(skel->maps.rings, ring);
}

static int
load(bool with_loop)
{
	struct sample_bpf *skel = sample_bpf__open();
	static char log[1 << 20];
	const char *line;
	int failed;

	if (!skel || set_inner_maps(skel))
		return 1;
	skel->rodata->with_tables = skel->rodata->only_targets = true;
	skel->rodata->with_loop = with_loop;
	bpf_program__set_log_level(skel->progs.sample, STATISTICS);
	bpf_program__set_log_buf(skel->progs.sample, log, sizeof(log));
	failed = sample_bpf__load(skel);
	line = strstr(log, "processed ");
	printf("%s bpf_loop(): %s, %.*s\n", with_loop ? "with" : "without", failed ? "refused" : "loaded",
	       line ? (int)strcspn(line, "(") : 0, line ? line : "");
	sample_bpf__destroy(skel);
	return failed;
}

int
main(void)
{
	int with = load(true), without = load(false);

	return with || without;
}
