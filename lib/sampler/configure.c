// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells the sampling programs what the config asks for. */
#include "sampler/configure.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sample.skel.h"
#include "sampler/advice.h"
#include "sampler/cgroup.h"
#include "sampler/comm.h"
#include "sampler/link_missed.h"
#include "sampler/links_many.h"
#include "sampler/proc.h"
#include "sampler/unwinding.h"

enum {
	TARGETS_MAX = 1 << 16, /* tasks that are sampled at a time */
	WAITS_MAX = 1 << 16,   /* threads that are followed at a time */
	STACKS_MAX = 1 << 17,  /* that waits may refer to */
	MEMORIES = 1 << 12,    /* of places where threads wait; bpf/again.h */
	SLICES = 100,	       /* of a second, for --max-rate */
	CPUS_MAX = 1 << 16,
	PIDNS_FIRST = 0xeffffffc, /* inode of the first pid namespace (PROC_PID_INIT_INO) */
};

/* The programs of which there are INSTANCES stand one after the other in the object. */
static const char *const programs[N_PROBE_KINDS] = {
	[PROBE_PERF] = "perf_",	       [PROBE_RAW_TP] = "raw_",		  [PROBE_FENTRY] = "traced_",
	[PROBE_FEXIT] = "traced_",     [PROBE_KPROBE] = "on_probe",	  [PROBE_KRETPROBE] = "on_probe",
	[PROBE_UPROBE] = "on_probe",   [PROBE_URETPROBE] = "on_probe",	  [PROBE_USDT] = "on_probe",
	[PROBE_TRACEPOINT] = "on_tracepoint", [PROBE_WAIT] = "on_switch",
};

/* Whether there is one program for each event of this kind. */
static bool
has_instances(enum probe_kind kind)
{
	return kind == PROBE_PERF || kind == PROBE_RAW_TP || kind == PROBE_FENTRY || kind == PROBE_FEXIT;
}

struct bpf_program *
program_of(struct sample_bpf *skel, enum probe_kind kind, size_t nth)
{
	char name[32];

	if (!has_instances(kind))
		return bpf_object__find_program_by_name(skel->obj, programs[kind]);
	snprintf(name, sizeof(name), "%s%zu", programs[kind], nth);
	return nth < INSTANCES ? bpf_object__find_program_by_name(skel->obj, name) : NULL;
}

bool
program_is_for_probes(struct sample_bpf *skel, const struct bpf_program *p)
{
	return p != skel->progs.on_fork && p != skel->progs.on_exec && p != skel->progs.on_free && p != skel->progs.on_waking &&
	       p != skel->progs.on_rename && p != skel->progs.on_forget && p != skel->progs.meet_threads &&
	       p != skel->progs.settle_threads && p != skel->progs.learn_namespace && p != skel->progs.read_missed;
}

/* Whether our pid namespace is not the first one. Programs that find out more take Linux 5.14. */
static bool
in_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != PIDNS_FIRST;
}

/* ---- before ---- */

static int
load_instance(struct sample_bpf *skel, const struct probe *p, size_t nth, struct err *err)
{
	struct bpf_program *program = program_of(skel, p->kind, nth);
	int error = 0;

	if (!program)
		return err_set(err, "%s: there can be at most %d events of its kind", p->name, INSTANCES);
	bpf_program__set_autoload(program, true);
	if (p->kind == PROBE_PERF)
		skel->rodata->perf_events[nth] = p->event;
	else if (p->kind == PROBE_RAW_TP)
		skel->rodata->raw_events[nth] = p->event;
	else
		skel->rodata->traced_events[nth] = p->event;
	if (p->kind == PROBE_FEXIT)
		error = bpf_program__set_expected_attach_type(program, BPF_TRACE_FEXIT);
	if (!error && (p->kind == PROBE_FENTRY || p->kind == PROBE_FEXIT))
		error = bpf_program__set_attach_target(program, 0, p->symbol);
	return error ? advise_bpf(err, p->name, -error) : 0;
}

/* Only the programs that are needed are loaded; fentry and fexit share theirs. */
static int
load_programs(struct sample_bpf *skel, const struct kernel_setup *s, struct err *err)
{
	size_t n[N_PROBE_KINDS] = {0};

	for (size_t i = 0; i < s->events->probes.n; i++) {
		const struct probe *p = &s->events->probes.items[i];
		enum probe_kind slot = p->kind == PROBE_FEXIT ? PROBE_FENTRY : p->kind;

		if ((p->kind == PROBE_KPROBE || p->kind == PROBE_KRETPROBE) && !links_tell_missed())
			bpf_program__set_autoload(skel->progs.read_missed, true);
		if (p->kind == PROBE_SYSCALL)
			bpf_program__set_autoload(p->id < SYSCALLS_MAX ? skel->progs.on_sys_enter : skel->progs.on_sys_exit, true);
		else if (!has_instances(p->kind))
			bpf_program__set_autoload(program_of(skel, p->kind, 0), true);
		else if (load_instance(skel, p, n[slot]++, err))
			return -1;
	}
	bpf_program__set_autoload(skel->progs.on_kprobes, many_kprobes(s->events));
	bpf_program__set_autoload(skel->progs.on_uprobes, many_uprobes(s->events));
	bpf_program__set_expected_attach_type(skel->progs.on_uprobes, (enum bpf_attach_type)TRACE_UPROBE_MULTI);
	return 0;
}

/* The tracepoints of tasks are followed for the targets and for what is mapped. */
static void
configure_tasks(struct sample_bpf *skel, const struct kernel_setup *s)
{
	bool targets = events_are_filtered(s->events, s->config), follows = targets || s->unwinding;

	skel->rodata->only_targets = targets;
	skel->rodata->with_children = !s->config->no_inherit;
	skel->rodata->command = (uint32_t)s->config->command;
	bpf_map__set_max_entries(skel->maps.targets, targets ? TARGETS_MAX : 1);
	bpf_program__set_autoload(skel->progs.on_fork, follows);
	bpf_program__set_autoload(skel->progs.on_exec, follows);
	bpf_program__set_autoload(skel->progs.on_free, follows);
}

static void
configure_walk(struct sample_bpf *skel, const struct sampler_config *c, bool by_tables)
{
	skel->rodata->with_tables = by_tables;
	skel->rodata->with_frame_pointers = c->walk == WALK_AUTO;
	skel->rodata->only_leaf = c->walk == WALK_NONE;
	skel->rodata->user_depth = (uint32_t)c->max_depth;
	/* One more than wanted tells whether there are more. */
	skel->rodata->kernel_depth = c->max_depth < kernel_depth() ? (uint32_t)c->max_depth + 1 : kernel_depth();
	skel->rodata->with_kernel = !c->no_kernel;
	skel->rodata->with_user = !c->no_user;
}

/* On x86, what the kernel has that programs may read, where it tells: the count of interrupts, a variable of its own until Linux
 * 6.1 and since 6.15, in between the second one in pcpu_hot (to ask BTF for a type that the kernel does not have takes
 * privileges, since it is looked for in modules, too); and the tables for its stacks. To read all of kallsyms takes some 40 ms. */
static void
configure_places(struct sample_bpf *skel)
{
#if defined(__x86_64__)
	uint64_t orc_end = 0;
	struct {
		const char *name;
		void *to;
		unsigned offset;
	} wanted[] = {{"__per_cpu_offset", &skel->rodata->per_cpu_offsets}, {"__preempt_count", &skel->rodata->preempt_count_at},
		      {"pcpu_hot", &skel->rodata->preempt_count_at, sizeof(void *)},
		      {"__start_orc_unwind_ip", &skel->rodata->orc_places}, {"__stop_orc_unwind_ip", &orc_end},
		      {"__start_orc_unwind", &skel->rodata->orc_rows}};
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	uint64_t address;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %*c %255s", &address, name) != 2 || !address)
			continue;
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (!strcmp(name, wanted[i].name))
				*(uint64_t *)wanted[i].to = address + wanted[i].offset;
	}
	if (f)
		fclose(f);
	if (skel->rodata->orc_rows && skel->rodata->orc_places && orc_end > skel->rodata->orc_places)
		skel->rodata->n_orc_rows = (uint32_t)((orc_end - skel->rodata->orc_places) / sizeof(int32_t));
#else
	(void)skel;
#endif
}

static void
configure_waits(struct sample_bpf *skel, const struct kernel_setup *s)
{
	bool with = s->events->wait != EVENT_NONE;

	skel->rodata->wait_event = with ? s->events->wait : 0;
	skel->rodata->with_on_cpu = s->events->on_cpu != EVENT_NONE;
	skel->rodata->on_cpu_event = skel->rodata->with_on_cpu ? s->events->on_cpu : 0;
	skel->rodata->with_waker = s->config->waker;
	skel->rodata->min_block = s->config->min_block;
	skel->rodata->max_block = s->config->max_block ? s->config->max_block : UINT64_MAX;
	bpf_program__set_autoload(skel->progs.on_waking, with);
	bpf_program__set_autoload(skel->progs.on_rename, with);
	bpf_program__set_autoload(skel->progs.on_forget, with);
	bpf_program__set_autoload(skel->progs.meet_threads, skel->rodata->with_on_cpu);
	bpf_program__set_autoload(skel->progs.settle_threads, with);
	bpf_map__set_max_entries(skel->maps.waits, with ? WAITS_MAX : 1);
	bpf_map__set_max_entries(skel->maps.stacks, with ? STACKS_MAX : 1);
}

/* Stacks are recognised where programs run often, with few stacks. */
static void
configure_memories(struct sample_bpf *skel, const struct kernel_setup *s)
{
	bool by_kind[N_PROBE_KINDS] = {[PROBE_WAIT] = true, [PROBE_RAW_TP] = true, [PROBE_SYSCALL] = true,
				       [PROBE_UPROBE] = true, [PROBE_USDT] = true};
	bool with = false;

	for (size_t i = 0; i < s->events->probes.n; i++)
		with |= by_kind[s->events->probes.items[i].kind];
	if (with && (!s->config->no_kernel || s->config->waker)) /* nobody else looks at them */
		configure_places(skel);
	skel->rodata->with_trails = with;
	skel->rodata->n_memories = with ? MEMORIES : 1;
	bpf_map__set_max_entries(skel->maps.memories, skel->rodata->n_memories);
	bpf_map__set_max_entries(skel->maps.orc_known, skel->rodata->n_memories);
}

static void
configure_rate(struct sample_bpf *skel, const struct sampler_config *c)
{
	/* Of some 10 ms, and a whole number of samples, one at least. */
	uint64_t most = c->max_rate / SLICES ? c->max_rate / SLICES : 1;

	skel->rodata->rate_most = c->max_rate ? (uint32_t)most : 0;
	skel->rodata->rate_slice = c->max_rate ? most * 1000000000 / c->max_rate : 1;
}

static void
configure_judge(struct sample_bpf *skel, const struct sampler_config *c)
{
	skel->rodata->with_idle = c->idle;
	skel->rodata->only_comms = c->comms;
	skel->rodata->not_comms = c->not_comms;
	skel->rodata->not_pids = c->not_pids.n;
	skel->rodata->only_cpus = c->cpus.n;
	for (size_t i = 0; i < c->cpus.n && c->cpus.items[i] < CPUS_MAX; i++)
		skel->rodata->wanted_cpus[c->cpus.items[i] / 64] |= 1ULL << c->cpus.items[i] % 64;
	skel->rodata->n_cgroups = (uint32_t)c->n_cgroups;
	bpf_map__set_autocreate(skel->maps.cgroups, c->n_cgroups); /* kernels without cgroups do not have such maps */
	bpf_map__set_max_entries(skel->maps.cgroups, c->n_cgroups ? (uint32_t)c->n_cgroups : 1);
	bpf_map__set_max_entries(skel->maps.excluded, c->not_pids.n ? (uint32_t)c->not_pids.n : 1);
}

int
configure(struct sample_bpf *skel, const struct kernel_setup *s, struct err *err)
{
	uint32_t n = (uint32_t)s->events->n;

	configure_tasks(skel, s);
	configure_walk(skel, s->config, s->unwinding);
	configure_waits(skel, s);
	configure_memories(skel, s);
	configure_rate(skel, s->config);
	configure_judge(skel, s->config);
	skel->rodata->one_by_one = s->config->timestamps;
	skel->rodata->n_events = n;
	bpf_map__set_max_entries(skel->maps.rules, n);
	bpf_map__set_max_entries(skel->maps.rates, n);
	bpf_map__set_max_entries(skel->maps.stats, 2 * n);
	bpf_map__set_max_entries(skel->maps.syscalls, 2 * SYSCALLS_MAX);
	bpf_program__set_autoload(skel->progs.learn_namespace, in_namespace());
	return load_programs(skel, s, err);
}

int
configure_refused(const struct kernel_setup *s, const char *said, int error, struct err *err)
{
	for (size_t i = 0; i < s->events->probes.n; i++) {
		const struct probe *p = &s->events->probes.items[i];

		if (error == EPERM && (p->kind == PROBE_FENTRY || p->kind == PROBE_FEXIT))
			return advise_traced(err, p->name, error);
	}
	return advise_bpf(err, *said ? said : "loading the BPF program", error);
}

/* ---- after ---- */

static int
set_rules(struct sample_bpf *skel, const struct events *e)
{
	int fd = bpf_map__fd(skel->maps.rules);

	for (size_t i = 0; i < e->probes.n; i++)
		if (bpf_map_update_elem(fd, &e->probes.items[i].event, &e->probes.items[i].rule, BPF_ANY))
			return -1;
	return 0;
}

static int
set_syscalls(struct sample_bpf *skel, const struct events *e)
{
	for (size_t i = 0; i < e->probes.n; i++) {
		uint32_t at = (uint32_t)e->probes.items[i].id, event = e->probes.items[i].event + 1;

		if (e->probes.items[i].kind == PROBE_SYSCALL &&
		    bpf_map_update_elem(bpf_map__fd(skel->maps.syscalls), &at, &event, BPF_ANY))
			return -1;
	}
	return 0;
}

static int
set_comms(struct sample_bpf *skel, uint32_t which, const char *patterns, struct err *err)
{
	struct comm_patterns p;

	if (!patterns)
		return 0;
	if (comm_patterns(patterns, &p, err))
		return -1;
	return bpf_map_update_elem(bpf_map__fd(skel->maps.comms), &which, &p, BPF_ANY) ? err_set(err, "patterns of names:") : 0;
}

static int
set_excluded(struct sample_bpf *skel, const struct int_list *pids)
{
	uint8_t one = 1;

	for (size_t i = 0; i < pids->n; i++)
		if (bpf_map_update_elem(bpf_map__fd(skel->maps.excluded), &pids->items[i], &one, BPF_ANY))
			return -1;
	return 0;
}

static int
set_cgroups(struct sample_bpf *skel, const struct sampler_config *c, struct err *err)
{
	if (c->n_cgroups > CGROUPS_MAX)
		return err_set(err, "--cgroup: there can be at most %d", CGROUPS_MAX);
	for (uint32_t i = 0; i < c->n_cgroups; i++)
		if (cgroup_put(bpf_map__fd(skel->maps.cgroups), i, c->cgroups[i], err))
			return -1;
	return 0;
}

int
configure_loaded(struct sample_bpf *skel, const struct kernel_setup *s, struct err *err)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	if (in_namespace() && bpf_prog_test_run_opts(bpf_program__fd(skel->progs.learn_namespace), &run))
		return advise_bpf(err, "learning our pid namespace", errno);
	if (set_rules(skel, s->events) || set_syscalls(skel, s->events) || set_excluded(skel, &s->config->not_pids))
		return advise_bpf(err, "telling the programs what to sample", errno);
	return set_comms(skel, 0, s->config->comms, err) || set_comms(skel, 1, s->config->not_comms, err) ||
		       set_cgroups(skel, s->config, err)
		       ? -1
		       : 0;
}
