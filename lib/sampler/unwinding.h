/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what the sampling program unwinds by at the present: tables of binaries, and where they are mapped. */
#ifndef SAMPLER_UNWINDING_H
#define SAMPLER_UNWINDING_H

#include <stdint.h>

#include "base/err.h"
#include "sampler/process.h"
#include "sampler/sampler.h"

struct code_notices;
struct sample_bpf;
struct sideband;
struct unwinding;

struct unwinding *unwinding_open(const struct sampler_config *config, struct err *err);
void unwinding_close(struct unwinding *u);

/* Before and after the program is loaded. `n` processes are expected. */
int unwinding_configure(struct unwinding *u, struct sample_bpf *skel, size_t n, struct err *err);
int unwinding_bind(struct unwinding *u, struct sample_bpf *skel, struct err *err);

/* Takes over the processes that there are, and waits a little for the tables of those that are to be sampled. Says in *notices
 * which of them tell what their code is called. */
void unwinding_start(struct unwinding *u, const struct processes *now, struct code_notices *notices);

/* Catches up with what the side-band has collected. */
void unwinding_follow(struct unwinding *u, struct sideband *sideband);

void unwinding_unknown(struct unwinding *u, uint32_t pid); /* a sample came from a process without mappings */
void unwinding_tick(struct unwinding *u, uint32_t window);

/* Adds to the totals: tables dropped and refused, binaries and Java machines that could not be read. */
void unwinding_account(struct unwinding *u, struct sampler_totals *totals);

#endif
