// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel side knows of threads that wait. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "bpf/sample.h"
#include "sample.skel.h"
#include "sampler/kernel_parts.h"

struct bpf_program *
kernel_wait_program(const struct kernel *k, size_t nth, const char **tracepoint)
{
	const struct {
		struct bpf_program *program;
		const char *tracepoint;
	} all[] = {
		{k->skel->progs.on_waking, "sched_waking"},
		{k->skel->progs.on_rename, "sched_process_exec"},
		{k->skel->progs.on_forget, "sched_process_free"},
	};

	if (nth >= sizeof(all) / sizeof(*all))
		return NULL;
	*tracepoint = all[nth].tracepoint;
	return all[nth].program;
}

static int
look_at_threads(struct bpf_program *program, struct err *err)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	char nothing[64];
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 || (n < 0 && fd >= 0 && (errno == EAGAIN || errno == EINTR)))
		n = read(fd, nothing, sizeof(nothing));
	if (n < 0)
		err_set(err, "looking at the threads that there are:");
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return n < 0 ? -1 : 0;
}

int
kernel_meet(struct kernel *k, struct err *err)
{
	return look_at_threads(k->skel->progs.meet_threads, err);
}

int
kernel_settle(struct kernel *k, struct err *err)
{
	if (kernel_wait_for_programs(k)) /* that do not know yet that it is the end */
		return err_set(err, "waiting for programs:");
	return look_at_threads(k->skel->progs.settle_threads, err);
}

uint64_t
kernel_unseen_switches(const struct kernel *k)
{
	return __atomic_load_n(&k->skel->bss->unseen_switches, __ATOMIC_RELAXED);
}

int
kernel_new_round(struct kernel *k, struct err *err)
{
	__atomic_add_fetch(&k->skel->data->stacks_round, 1, __ATOMIC_SEQ_CST);
	return kernel_wait_for_programs(k) ? err_set(err, "forgetting stacks:") : 0;
}

int
kernel_forget_stacks(struct kernel *k, struct err *err)
{
	static struct stack_id ids[KERNEL_BATCH];
	static uint32_t rounds[KERNEL_BATCH];
	uint32_t position, n;
	bool first = true;
	int error;

	do {
		n = KERNEL_BATCH;
		error = bpf_map_lookup_and_delete_batch(bpf_map__fd(k->skel->maps.stacks), first ? NULL : &position,
							&position, ids, rounds, &n, NULL);
		if (error && errno != ENOENT)
			return err_set(err, "forgetting stacks:");
		first = false;
	} while (!error);
	return 0;
}

void
kernel_waits(struct kernel *k, void (*each)(void *context, const struct wait *w), void *context)
{
	static uint64_t tasks[KERNEL_BATCH];
	static struct wait waits[KERNEL_BATCH];
	uint32_t position, n;
	bool first = true;
	int error;

	do {
		n = KERNEL_BATCH;
		error = bpf_map_lookup_batch(bpf_map__fd(k->skel->maps.waits), first ? NULL : &position, &position,
					     tasks, waits, &n, NULL);
		for (uint32_t i = 0; i < n && (!error || errno == ENOENT); i++)
			each(context, &waits[i]);
		first = false;
	} while (!error);
}
