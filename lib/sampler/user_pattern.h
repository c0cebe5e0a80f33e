/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions are meant by the WHAT of uprobe:FILE:WHAT. */
#ifndef SAMPLER_USER_PATTERN_H
#define SAMPLER_USER_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "sampler/needles.h"

enum pattern_kind {
	PATTERN_NAME,	 /* malloc, ns::Foo::bar, _ZN2ns3FooC1Ev */
	PATTERN_GLOB,	 /* str*, ns::Foo::*; one that is a name as it stands, "f(char*)", means that first */
	PATTERN_REGEX,	 /* /^str(cpy|cat)$/ */
	PATTERN_LINE,	 /* file.c:12, dir/file.c:12 */
	PATTERN_ADDRESS, /* 0x1234 */
};

struct user_pattern {
	enum pattern_kind kind;
	char *text; /* owned; without the offset, the slashes of a regex, and the number of a line */
	uint64_t number; /* the line or the address */
	bool has_offset;
	uint64_t offset;
	bool has_regex;
	regex_t regex;
	struct needle needles[NEEDLES_MAX];
	size_t n_needles;
	bool (*demangle)(const char *name, size_t len, struct buf *readable);
	struct buf copy, readable; /* of the name that is tried */
};

enum pattern_match { MATCH_NONE, MATCH_GLOB, MATCH_NAME };

/* -1: it is no good, for the reason in *err. Ends with user_pattern_free() in any case. */
int user_pattern_parse(struct user_pattern *p, const char *what, struct err *err);

/* Tries the name as it is and as it is read. Parts that the compiler has cut out of a function, "f.cold", are meant only
 * by a name in full or by a pattern that says so. */
enum pattern_match user_pattern_match(struct user_pattern *p, const char *name, size_t len);

void user_pattern_free(struct user_pattern *p);

/* The length of FILE at the start of FILE:WHAT, or of PROVIDER at that of PROVIDER:NAME; 0: there is none. Two colons are
 * part of a name, and so is what is within brackets. */
size_t user_pattern_file(const char *text);

#endif
