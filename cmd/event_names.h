/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events by their names: what tells them apart, and those that are asked for by name, or by a pattern of names as the shell
 * has them for files: "cycles", "vfs_*". Private to the commands that choose events. */
#ifndef CMD_EVENT_NAMES_H
#define CMD_EVENT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "stream/record.h"

/* Appends what only an event of this name and unit has; any bytes. */
void event_key(struct buf *key, struct text name, struct text unit);

struct event_name {
	const char *text; /* somebody else's */
	bool exact;	  /* an event has this very name: it is no pattern then */
	bool found;	  /* it names an event */
};

struct event_names {
	struct event_name *all; /* owned */
	size_t n, cap;
};

/* One more is asked for; the text has to stay. */
void event_names_add(struct event_names *e, const char *text);
void event_names_free(struct event_names *e);

/* An event has this name. To be called for all that there are before it is asked which are named. */
void event_names_meet(struct event_names *e, struct text name);

/* The events are others now: those of another segment. */
void event_names_forget(struct event_names *e);

/* Whether an event of this name is asked for. */
bool event_names_have(const struct event_names *e, struct text name);

#endif
