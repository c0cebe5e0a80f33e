// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of a demangled name. */
#include "sampler/readable.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool
starts(const char *name, size_t len, size_t at, const char *word)
{
	size_t n = strlen(word);

	return at <= len && len - at >= n && !memcmp(name + at, word, n);
}

static bool
is_identifier(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$' || (c & 0x80);
}

/* Steps over "operator<<", "operator()", "operator char const*", "operator new[]". */
static size_t
skip_operator(const char *name, size_t len, size_t at)
{
	at += strlen("operator");
	if (starts(name, len, at, "()") || starts(name, len, at, "[]"))
		return at + 2;
	if (at < len && (name[at] == ' ' || is_identifier(name[at])))
		while (at < len && name[at] != '(')
			at++;
	else
		while (at < len && strchr("<>=!+-*/%^&|~,", name[at]))
			at++;
	return at + starts(name, len, at, " <"); /* template arguments */
}

/* What is between brackets of one kind or another; `at` is behind the opening one. */
static size_t
skip_brackets(const char *name, size_t len, size_t at)
{
	for (size_t depth = 1; at < len && depth; at++) {
		char c = name[at];

		if (strchr("(<[{", c) && c)
			depth++;
		else if (c && strchr(")]}", c))
			depth--;
		else if (c == '>' && name[at - 1] != '-')
			depth--;
	}
	return at;
}

static bool
is_operator(const char *name, size_t len, size_t at)
{
	return starts(name, len, at, "operator") && (!at || !is_identifier(name[at - 1])) &&
	       (at + 8 >= len || !is_identifier(name[at + 8]));
}

/* The words that the demangler puts before what is not the function itself. */
static bool
is_about(const char *name, size_t len)
{
	return starts(name, len, 0, "non-virtual thunk") || starts(name, len, 0, "virtual thunk") ||
	       starts(name, len, 0, "covariant return thunk");
}

/* Where the brackets at `at` begin, if they only say more about a name: template arguments with Rust's "::" before them, and
 * "[abi:cxx11]"; several in a row are one. */
static void
note_suffix(struct readable *r, const char *name, size_t len, size_t at, size_t end)
{
	if (name[at] != '<' && !starts(name, len, at, "[abi:"))
		return;
	if (r->end != at)
		r->plain = at > 1 && !memcmp(name + at - 2, "::", 2) ? at - 2 : at;
	r->end = end;
}

struct readable
readable_parts(const char *name, size_t len)
{
	struct readable r = {.end = SIZE_MAX}; /* until the end is known: of the last suffix */
	bool about = is_about(name, len);
	size_t at = 0, end;

	while (at < len && (name[at] != '(' || starts(name, len, at, "(anonymous namespace)"))) {
		if (is_operator(name, len, at)) {
			at = skip_operator(name, len, at);
		} else if (name[at] && strchr("([{<", name[at])) {
			end = skip_brackets(name, len, at + 1);
			note_suffix(&r, name, len, at, end);
			at = end;
		} else {
			if (name[at] == ' ' && !about)
				r.start = at + 1;
			at++;
		}
	}
	r.arguments = at;
	if (r.end != at || r.plain <= r.start)
		r.plain = at;
	r.end = at < len ? skip_brackets(name, len, at + 1) : len;
	return r;
}
