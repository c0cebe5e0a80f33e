// SPDX-License-Identifier: GPL-2.0-or-later
/* The search for user code. Where no file is named, the function is looked for in the programs of the scope first, then in
 * all that they have mapped or need, and without any in the C library. */
#include "sampler/user_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sampler/user_failure.h"

void
user_search_open(struct user_search *s)
{
	for (; s->opened < s->files.n; s->opened++) {
		struct user_image *image = xmalloc(sizeof(*image));
		struct err err = {0};

		if (user_image_open(image, &s->files.all[s->opened], &err)) {
			free(image);
			if (!s->first.text[0])
				s->first = err;
			continue;
		}
		GROW(s->images, s->n, s->cap);
		s->images[s->n++] = image;
	}
}

static void
search_image(struct user_search *s, struct user_image *image)
{
	struct err err = {0};

	switch (s->pattern.kind) {
	case PATTERN_LINE:
		user_match_line(&s->matches, image, &s->pattern, &err);
		break;
	case PATTERN_ADDRESS:
		user_match_address(&s->matches, image, &s->pattern, &err);
		break;
	default:
		user_match_functions(&s->matches, image, &s->pattern);
	}
	if (err.text[0] && !s->first.text[0])
		s->first = err;
}

/* Searches the files that were added since the last call. */
static bool
search_more(struct user_search *s)
{
	size_t i = s->n;

	user_search_open(s);
	for (; i < s->n; i++)
		search_image(s, s->images[i]);
	return s->matches.n;
}

/* What used to be in a library of its own and is in the C library since its version 2.34, which left an empty one behind. */
static bool
search_successor(struct user_search *s)
{
	static const char *const moved[] = {"pthread", "dl", "rt", "util", "anl"};
	struct err err;

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		size_t len = strlen(moved[i]);
		const char *name = s->file;

		if (!strncmp(name, "lib", 3))
			name += 3;
		if (!strncmp(name, moved[i], len) && (!name[len] || !strncmp(name + len, ".so", 3)))
			return !user_locate("libc.so.6", s->scope, &s->files, &err) && search_more(s);
	}
	return false;
}

static int
search_named(struct user_search *s, struct err *err)
{
	if (user_locate(s->file, s->scope, &s->files, err))
		return -1;
	if (search_more(s) || search_successor(s))
		return 0;
	return user_failure(s, err);
}

static int
search_scope(struct user_search *s, struct err *err)
{
	if (user_locate_programs(s->scope, &s->files, err))
		return -1;
	if (search_more(s))
		return 0;
	if (s->pattern.kind != PATTERN_ADDRESS) { /* which means the program alone */
		user_locate_all(s->scope, &s->files);
		if (search_more(s))
			return 0;
	}
	return user_failure(s, err);
}

static int
search_libc(struct user_search *s, struct err *err)
{
	if (s->pattern.kind == PATTERN_ADDRESS || s->pattern.kind == PATTERN_LINE)
		return err_set(err, "in which file? FILE:%s, or -p PID or a command says it", s->pattern.kind == PATTERN_LINE ? "SOURCE:LINE" : "ADDRESS");
	if (user_locate("libc.so.6", s->scope, &s->files, err))
		return err_set(err, "in which file? FILE:FUNCTION, or -p PID or a command says it");
	if (search_more(s))
		return 0;
	return user_failure(s, err);
}

int
user_search(struct user_search *s, struct err *err)
{
	s->pattern.demangle = s->scope->demangle;
	if (s->file)
		return search_named(s, err);
	return s->scope->n_pids || s->scope->program ? search_scope(s, err) : search_libc(s, err);
}

void
user_search_restart(struct user_search *s)
{
	for (size_t i = 0; i < s->n; i++) {
		user_image_close(s->images[i]);
		free(s->images[i]);
	}
	free(s->images);
	s->images = NULL;
	s->n = s->cap = s->opened = 0;
	user_files_free(&s->files);
	user_matches_free(&s->matches);
	s->first.text[0] = 0;
}

void
user_search_free(struct user_search *s)
{
	user_search_restart(s);
	user_pattern_free(&s->pattern);
}
