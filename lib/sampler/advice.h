/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names the exact thing that stands in the way: which capability, sysctl, lockdown state or kernel option. */
#ifndef SAMPLER_ADVICE_H
#define SAMPLER_ADVICE_H

#include <stdint.h>

#include "base/err.h"

/* After a failed perf_event_open(2) of `event`, errno set. Returns -1. */
int advise_perf(struct err *err, const char *event, uint64_t frequency);

/* The same when nothing but the event can be in the way: what of it the machine cannot do. */
int advise_event(struct err *err, const char *event, uint64_t frequency, int error);

/* After a failed bpf(2) or libbpf call while doing `what`, with the (positive) errno. Returns -1. */
int advise_bpf(struct err *err, const char *what, int error);

/* The same for loading a program for `name`, which is fentry: or fexit:. */
int advise_traced(struct err *err, const char *name, int error);

/* The same for attaching a program to the probe `name`. */
int advise_probe(struct err *err, const char *name, int error);

#endif
