// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's names of what a cpu has numbers for: r1a8, an event of its manual, and mem:0x1000/8:rw, an address. */
#include <linux/hw_breakpoint.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "sampler/event_parts.h"

bool
event_raw(const char *text, uint64_t *config)
{
	char *end;

	if (*text++ != 'r' || !isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*config = strtoull(text, &end, 16); /* with or without an 0x */
	return !errno && !*end;
}

int
event_read_raw(struct event_reading *r)
{
	uint64_t config;

	if (!event_raw(r->head, &config))
		return 0;
	r->attr->type = PERF_TYPE_RAW;
	r->attr->config = config;
	return 1;
}

static int
malformed(const struct event_reading *r)
{
	return err_set(r->err, "'%s' is not an event: a breakpoint is mem:ADDRESS[/LENGTH][:ACCESS], with 1 to 8 bytes and r, w, rw "
			       "or x, as mem:0x1000/8:w", r->text);
}

/* The letters of `access` (behind its colon), each at most once. 0: they are something else, modifiers perhaps. */
static unsigned
access_type(const char *access, size_t len)
{
	static const char letters[] = "rwx";
	static const unsigned types[] = {HW_BREAKPOINT_R, HW_BREAKPOINT_W, HW_BREAKPOINT_X};
	unsigned type = 0;

	for (size_t i = 0; i < len; i++) {
		const char *found = access[i] ? strchr(letters, access[i]) : NULL;

		if (!found || type & types[found - letters])
			return 0;
		type |= types[found - letters];
	}
	return type;
}

int
event_read_breakpoint(struct event_reading *r)
{
	static const char prefix[] = "mem:";
	struct perf_event_attr *a = r->attr;
	uint64_t address, len = 0;
	const char *at = r->text + sizeof(prefix) - 1;

	if (strncmp(r->text, prefix, sizeof(prefix) - 1))
		return 0;
	if (!parse_number_at(at, &at, &address))
		return malformed(r);
	if (*at == '/' && (!parse_number_at(at + 1, &at, &len) || !len || len > HW_BREAKPOINT_LEN_8))
		return malformed(r);
	if (*at && *at != ':')
		return malformed(r);
	a->bp_type = *at ? access_type(at + 1, strcspn(at + 1, ":")) : 0;
	if (a->bp_type)
		at += 1 + strcspn(at + 1, ":");
	else
		a->bp_type = HW_BREAKPOINT_RW;
	if (*at && !event_modifiers_known(at))
		return malformed(r);
	r->modifiers = at;
	a->type = PERF_TYPE_BREAKPOINT;
	a->bp_addr = address;
	/* A kernel takes the length of a long for the code at one address, whatever the cpu's instructions have. */
	a->bp_len = len ? len : a->bp_type & HW_BREAKPOINT_X ? sizeof(long) : HW_BREAKPOINT_LEN_4;
	return 1;
}
