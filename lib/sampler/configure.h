/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the sampling programs what the config asks for: constants and sizes before they are loaded, tables after that. */
#ifndef SAMPLER_CONFIGURE_H
#define SAMPLER_CONFIGURE_H

#include <bpf/libbpf.h>

#include "base/err.h"
#include "sampler/kernel.h"

struct sample_bpf;

/* Before the object is loaded, and after. -1 with the reason in *err. */
int configure(struct sample_bpf *skel, const struct kernel_setup *setup, struct err *err);
int configure_loaded(struct sample_bpf *skel, const struct kernel_setup *setup, struct err *err);

/* When the kernel has not loaded the programs, and libbpf said so much. Returns -1. */
int configure_refused(const struct kernel_setup *setup, const char *said, int error, struct err *err);

/* The program of a probe; of those that there are several of, the nth. NULL: there are no more. */
struct bpf_program *program_of(struct sample_bpf *skel, enum probe_kind kind, size_t nth);

/* Whether it fires by a probe or event, and does not only follow tasks. */
bool program_is_for_probes(struct sample_bpf *skel, const struct bpf_program *p);

#endif
