// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of a document. */
#include "cmd/serve_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool
read_by(struct query *q, const char *value, size_t len)
{
	static const struct {
		const char *value;
		struct fold_groups by;
	} choices[] = {
		{"name", {0}},
		{"none", {.no_comm = true}},
		{"process", {.by_pid = true}},
		{"thread", {.by_tid = true}},
		{"cpu", {.by_cpu = true, .no_comm = true}},
		{"event", {.by_event = true, .no_comm = true}},
	};

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (strlen(choices[i].value) == len && !memcmp(choices[i].value, value, len)) {
			q->by = choices[i].by;
			return true;
		}
	return false;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 32 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A name with its bytes decoded; none of them is NUL. */
static bool
read_event(struct query *q, const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int high = -1, low = -1;
		char c = value[i];

		if (c == '%' && i + 2 < len) {
			high = hex_digit(value[i + 1]);
			low = hex_digit(value[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (!c || q->len + 1 >= sizeof(q->names))
			return false;
		q->names[q->len++] = c;
	}
	if (q->len >= sizeof(q->names))
		return false;
	q->names[q->len++] = 0;
	return true;
}

bool
query_read(struct query *q, const char *text, struct buf *why)
{
	*q = (struct query){0};
	for (size_t len; *text; text += len + (text[len] == '&')) {
		len = strcspn(text, "&");
		if (len >= 3 && !memcmp(text, "by=", 3) && read_by(q, text + 3, len - 3))
			continue;
		if (len >= 6 && !memcmp(text, "event=", 6) && read_event(q, text + 6, len - 6))
			continue;
		buf_puts(why, "by=name, by=none, by=process, by=event, by=thread and by=cpu are known, and event=NAME");
		return false;
	}
	return true;
}

static bool
same_unit(const struct profile *p, uint32_t a, uint32_t b)
{
	return p->events[a].unit.raw == p->events[b].unit.raw;
}

bool *
query_events(const struct query *q, const struct profile *p, uint32_t *first)
{
	bool *meant = xcalloc(p->n_events + 1, sizeof(*meant)), found = true;
	struct event_names names = {0};

	*first = UINT32_MAX;
	for (size_t at = 0; at < q->len; at += strlen(q->names + at) + 1)
		event_names_add(&names, q->names + at);
	for (size_t i = 0; i < p->n_events; i++)
		event_names_meet(&names, profile_text(p, p->events[i].name.raw));
	for (uint32_t i = 0; i < p->n_events; i++) {
		if (names.n && !event_names_have(&names, profile_text(p, p->events[i].name.raw)))
			continue;
		if (*first == UINT32_MAX)
			*first = i;
		meant[i] = same_unit(p, i, *first);
	}
	for (size_t i = 0; i < names.n; i++)
		found &= names.all[i].found;
	event_names_free(&names);
	if (found)
		return meant;
	free(meant);
	return NULL;
}
