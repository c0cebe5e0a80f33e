// SPDX-License-Identifier: GPL-2.0-or-later
/* Events by their names. */
#include "cmd/event_names.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
event_key(struct buf *key, struct text name, struct text unit)
{
	buf_printf(key, "%zu ", name.len);
	buf_add(key, name.data, name.len);
	buf_add(key, unit.data, unit.len);
}

void
event_names_add(struct event_names *e, const char *text)
{
	GROW(e->all, e->n, e->cap);
	e->all[e->n++] = (struct event_name){.text = text};
}

void
event_names_free(struct event_names *e)
{
	free(e->all);
	*e = (struct event_names){0};
}

static bool
is_same(const char *text, struct text name)
{
	return strlen(text) == name.len && (!name.len || !memcmp(text, name.data, name.len));
}

/* A name with a NUL in it has no pattern. */
static bool
matches(const char *pattern, struct text name)
{
	struct buf b = {0};
	bool good;

	buf_add(&b, name.data, name.len);
	good = strlen(buf_cstr(&b)) == name.len && !fnmatch(pattern, b.data, 0);
	buf_free(&b);
	return good;
}

void
event_names_meet(struct event_names *e, struct text name)
{
	for (size_t i = 0; i < e->n; i++) {
		bool exact = is_same(e->all[i].text, name);

		e->all[i].exact |= exact;
		e->all[i].found |= exact || matches(e->all[i].text, name);
	}
}

void
event_names_forget(struct event_names *e)
{
	for (size_t i = 0; i < e->n; i++)
		e->all[i].exact = false;
}

bool
event_names_have(const struct event_names *e, struct text name)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->all[i].exact ? is_same(e->all[i].text, name) : matches(e->all[i].text, name))
			return true;
	return false;
}
