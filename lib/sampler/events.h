/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is sampled: the events that were asked for, numbered, with the places where they fire. */
#ifndef SAMPLER_EVENTS_H
#define SAMPLER_EVENTS_H

#include "sampler/probe.h"

struct events {
	struct event_fact *all; /* by number; owned, but for names, which are the probes' */
	char **units;		/* owned */
	enum probe_kind *kinds; /* owned */
	size_t n, cap;
	struct probes probes;
	uint32_t wait, on_cpu;	/* numbers of the events of --off-cpu and --wall; EVENT_NONE */
};

enum { EVENT_NONE = UINT32_MAX };

/* Finds everything that the config asks for. -1 with the reason in *err; to be freed in any case. */
int events_open(struct events *e, const struct sampler_config *config, struct err *err);
void events_free(struct events *e);

/* Whether a probe is a clock: the idle task is left out, and the program can tell whom to sample. */
bool probe_is_clock(const struct probe *p, const struct sampler_config *config);

/* Whether the programs themselves have to tell targets from other tasks. They do for all but perf's events of tasks,
 * where one that a child inherits would never fire in a short life. */
bool events_are_filtered(const struct events *e, const struct sampler_config *config);

/* Whether the kernel part of an event's stacks is taken from within the program, and not from where it was called. */
bool events_in_program(const struct events *e, uint32_t event);

#endif
