/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often the kernel did not start the program of a kprobe that was hit. It counts that, but tells user space only since Linux
 * 6.7; before, it is looked up here. Part of sample.bpf.c. */
#ifndef BPF_MISSED_H
#define BPF_MISSED_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

enum bpf_link_type { BPF_LINK_TYPE_PERF_EVENT = 7, BPF_LINK_TYPE_KPROBE_MULTI = 8 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct fdtable {
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct___files {
	struct files_struct *files;
};

struct file___private {
	void *private_data;
};

struct bpf_link {
	enum bpf_link_type type;
};

struct bpf_perf_link {
	struct bpf_link link;
	struct file___private *perf_file;
};

struct fprobe {
	unsigned long nmissed;
	void *exit_handler;
};

struct bpf_kprobe_multi_link {
	struct bpf_link link;
	struct fprobe fp;
};

struct trace_event_call;

struct perf_event {
	struct trace_event_call *tp_event;
};

struct trace_probe_event {
	struct {
	} call;
	struct list_head probes;
};

struct trace_probe {
	struct list_head list;
};

struct kprobe {
	unsigned long nmissed;
};

struct kretprobe {
	struct kprobe kp;
	void *handler;
	unsigned long nmissed;
};

struct trace_kprobe {
	struct kretprobe rp;
	struct trace_probe tp;
};

#pragma clang attribute pop

volatile __u32 asked_link = 0; /* file descriptor of the recorder */
volatile __u64 link_missed = 0;
volatile __u32 link_returns = 0;

static __always_inline struct file___private *
own_file(__u32 fd)
{
	struct task_struct___files *task = (void *)bpf_get_current_task();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd);
	struct file___private *file = NULL;

	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

static __always_inline void
read_kprobe(struct perf_event *event)
{
	void *call = BPF_CORE_READ(event, tp_event);
	struct trace_probe_event *e = call - bpf_core_field_offset(struct trace_probe_event, call);
	void *node = BPF_CORE_READ(e, probes.next);
	struct trace_kprobe *k = node - bpf_core_field_offset(struct trace_probe, list) - bpf_core_field_offset(struct trace_kprobe, tp);

	link_returns = !!BPF_CORE_READ(k, rp.handler);
	link_missed = BPF_CORE_READ(k, rp.nmissed) + BPF_CORE_READ(k, rp.kp.nmissed);
}

/* Run by the recorder, for one of its links, which is one of kprobes. */
SEC("?syscall")
int
read_missed(void *ctx)
{
	struct file___private *file = own_file(asked_link);
	struct bpf_link *link = BPF_CORE_READ(file, private_data);

	link_missed = 0;
	if (BPF_CORE_READ(link, type) == BPF_LINK_TYPE_KPROBE_MULTI && bpf_core_field_exists(struct bpf_kprobe_multi_link, fp.nmissed)) {
		struct bpf_kprobe_multi_link *many = (void *)link;

		link_returns = !!BPF_CORE_READ(many, fp.exit_handler);
		link_missed = BPF_CORE_READ(many, fp.nmissed);
	} else if (BPF_CORE_READ(link, type) == BPF_LINK_TYPE_PERF_EVENT && bpf_core_field_exists(struct trace_kprobe, rp.nmissed)) {
		struct bpf_perf_link *one = (void *)link;

		read_kprobe(BPF_CORE_READ(one, perf_file, private_data));
	}
	return 0;
}

#endif
