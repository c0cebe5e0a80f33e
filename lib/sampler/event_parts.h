/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of names that event.c puts together. Private to event*.c and probe_perf.c. */
#ifndef SAMPLER_EVENT_PARTS_H
#define SAMPLER_EVENT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sampler/event.h"

enum { EVENT_TEXT = 512 }; /* no text is as long */

struct event_reading {
	const char *sysfs;
	const char *text;      /* all of it */
	char head[EVENT_TEXT]; /* up to the first colon */
	const char *modifiers; /* in text, what is behind the name, with the colon; a reader may put it elsewhere */
	struct perf_event_attr *attr;
	struct err *err;
};

/* 1: it has filled r->attr; 0: this is not a name of its kind; -1: it is, but wrong. */
typedef int event_reader(struct event_reading *r);

event_reader event_read_cache;
event_reader event_read_raw;
event_reader event_read_breakpoint;
event_reader event_read_pmu;   /* PMU/term,…/ */
event_reader event_read_alias; /* what a PMU lists, without the PMU's name */

/* What event_each() needs of each kind; they visit their names. */
void event_each_cache(event_visitor *visit, void *context);
void event_each_of_pmus(const char *sysfs, event_visitor *visit, void *context);
bool event_is_named(const char *name); /* it is one of event.c's */

bool event_raw(const char *text, uint64_t *config);	    /* r1a8 */
bool event_modifiers_known(const char *modifiers);	    /* ":u", "u" */
int event_modify(struct event_reading *r);		    /* does what r->modifiers ask */

#endif
