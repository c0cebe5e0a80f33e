// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions are meant by the WHAT of uprobe:FILE:WHAT: reading it, and trying names. */
#include "sampler/user_pattern.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "sampler/probe_parts.h"
#include "sampler/readable.h"

/* ---- reading ---- */

static size_t
first_colon(const char *text)
{
	size_t depth = 0;

	for (size_t i = 0; text[i]; i++) {
		if (strchr("(<{", text[i]))
			depth++;
		else if (strchr(")>}", text[i]))
			depth -= depth > 0;
		else if (text[i] == ':' && text[i + 1] == ':')
			i++;
		else if (text[i] == ':' && !depth && i)
			return i;
	}
	return 0;
}

size_t
user_pattern_file(const char *text)
{
	size_t len = strlen(text), colon = first_colon(text);
	uint64_t line;

	if (text[0] == '/' && len > 1 && text[len - 1] == '/' && !strstr(text, ":/"))
		return 0; /* a regex */
	if (colon && parse_u64(text + colon + 1, &line))
		return 0; /* file.c:12 */
	return colon;
}

static int
parse_regex(struct user_pattern *p, const char *what, size_t len, struct err *err)
{
	char text[256];
	int r;

	p->kind = PATTERN_REGEX;
	p->text = xstrndup(what + 1, len - 2);
	r = regcomp(&p->regex, p->text, REG_EXTENDED | REG_NOSUB);
	p->has_regex = !r;
	if (!r)
		return 0;
	regerror(r, &p->regex, text, sizeof(text));
	return err_set(err, "%s: not a regular expression: %s", what, text);
}

static bool
parse_line(struct user_pattern *p, const char *what)
{
	const char *colon = strrchr(what, ':');

	if (!colon || colon == what || colon[-1] == ':' || !parse_u64(colon + 1, &p->number) || !p->number)
		return false;
	p->kind = PATTERN_LINE;
	p->text = xstrndup(what, (size_t)(colon - what));
	return true;
}

/* Cuts "+0x10" off. */
static void
take_offset(struct user_pattern *p)
{
	char *plus = strrchr(p->text, '+');

	p->has_offset = plus && plus > p->text && plus[1] && parse_number(plus + 1, &p->offset);
	if (p->has_offset)
		*plus = 0;
}

int
user_pattern_parse(struct user_pattern *p, const char *what, struct err *err)
{
	size_t len = strlen(what);

	*p = (struct user_pattern){0};
	if (!len)
		return err_set(err, "there is no name of a function");
	if (len > 2 && what[0] == '/' && what[len - 1] == '/')
		return parse_regex(p, what, len, err);
	if (parse_line(p, what))
		return 0;
	p->text = xstrdup(what);
	take_offset(p);
	if (p->text[0] == '0' && parse_number(p->text, &p->number)) {
		p->kind = PATTERN_ADDRESS;
		p->number += p->offset;
		return 0;
	}
	p->kind = is_pattern(p->text) ? PATTERN_GLOB : PATTERN_NAME;
	p->n_needles = needles_find(p->text, p->needles);
	return 0;
}

void
user_pattern_free(struct user_pattern *p)
{
	free(p->text);
	if (p->has_regex)
		regfree(&p->regex);
	buf_free(&p->copy);
	buf_free(&p->readable);
	*p = (struct user_pattern){0};
}

/* ---- trying ---- */

/* Names are the same if they differ in blanks only: f(int,char) and f(int, char). */
static bool
same_name(const char *asked, const char *name, size_t len)
{
	const char *end = name + len;

	for (;; asked++, name++) {
		while (*asked == ' ')
			asked++;
		while (name < end && *name == ' ')
			name++;
		if (name == end || !*asked || *asked != *name)
			return name == end && !*asked;
	}
}

/* The compiler's copies of a function for some arguments are the function; what it has cut out of one is not. */
static bool
is_copy(const char *suffix, size_t len)
{
	static const char *const copies[] = {"constprop", "isra", "lto_priv", "llvm"};
	const char *end = suffix + len;
	size_t words = 0;

	while (suffix < end && *suffix == '.') {
		size_t n = strcspn(++suffix, ".@"), i = 0;

		while (i < 4 && (n != strlen(copies[i]) || memcmp(suffix, copies[i], n)))
			i++;
		if (i == 4 && (!words || strspn(suffix, "0123456789ABCDEF") != n))
			return false;
		words++;
		suffix += n;
	}
	return words && suffix == end;
}

static bool
is_part(const struct user_pattern *p, const char *name)
{
	static const char *const parts[] = {".cold", ".part."};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(name, parts[i]) && !strstr(p->text, parts[i]))
			return true;
	return false;
}

static bool
fits(const struct user_pattern *p, const char *name)
{
	if (p->kind == PATTERN_REGEX)
		return !regexec(&p->regex, name, 0, NULL, 0);
	return p->kind == PATTERN_GLOB && !fnmatch(p->text, name, 0);
}

/* `name` ends with a NUL and is not mangled. */
static enum pattern_match
try_plain(const struct user_pattern *p, const char *name, size_t len)
{
	size_t asked = strlen(p->text);

	if (p->kind != PATTERN_REGEX && len >= asked && !memcmp(name, p->text, asked) &&
	    (len == asked || is_copy(name + asked, len - asked)))
		return MATCH_NAME;
	return fits(p, name) && !is_part(p, name) ? MATCH_GLOB : MATCH_NONE;
}

static enum pattern_match
try_readable(const struct user_pattern *p, char *name, size_t len)
{
	struct readable r = readable_parts(name, len);
	bool part = is_part(p, name);

	if (p->kind != PATTERN_REGEX) {
		const size_t ends[] = {r.plain, r.arguments, r.end, len};

		for (size_t i = part ? 3 : 0; i < 4; i++)
			if (same_name(p->text, name + r.start, ends[i] - r.start) ||
			    (r.start && same_name(p->text, name, ends[i])))
				return MATCH_NAME;
	}
	if (part)
		return MATCH_NONE;
	if (fits(p, name) || (p->kind == PATTERN_GLOB && fits(p, name + r.start)))
		return MATCH_GLOB;
	name[r.arguments] = 0;
	return p->kind == PATTERN_GLOB && fits(p, name + r.start) ? MATCH_GLOB : MATCH_NONE;
}

enum pattern_match
user_pattern_match(struct user_pattern *p, const char *name, size_t len)
{
	enum pattern_match plain;

	if (name[len]) { /* a version follows */
		p->copy.len = 0;
		buf_add(&p->copy, name, len);
		name = buf_cstr(&p->copy);
	}
	plain = try_plain(p, name, len);
	if (plain != MATCH_NONE || !p->demangle || name[0] != '_' || !needles_in(p->text, p->needles, p->n_needles, name, len))
		return plain;
	p->readable.len = 0;
	if (!p->demangle(name, len, &p->readable))
		return MATCH_NONE;
	buf_cstr(&p->readable);
	return try_readable(p, p->readable.data, p->readable.len);
}
