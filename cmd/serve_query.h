/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a document behind its '?': "by=thread&event=cycles&event=vfs_*". Private to pb-serve. */
#ifndef CMD_SERVE_QUERY_H
#define CMD_SERVE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cmd/event_names.h"
#include "cmd/fold_lines.h"
#include "cmd/serve_profile.h"

struct query {
	struct fold_groups by;

	/* private */
	char names[2048]; /* of events, each with its NUL; bytes written %2a are decoded */
	size_t len;
};

/* False, with the reason in `why`, when it asks for something unknown. */
bool query_read(struct query *q, const char *text, struct buf *why);

/* Which of the profile's events are meant, to be freed: those that were asked for, or all; of these, those that count the
 * same thing as the first of them, which is *first. NULL: an event was asked for that is not there. */
bool *query_events(const struct query *q, const struct profile *p, uint32_t *first);

#endif
