/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for user code: files, the functions in them, and what is said when there are none. */
#ifndef SAMPLER_USER_SEARCH_H
#define SAMPLER_USER_SEARCH_H

#include <stddef.h>

#include "base/err.h"
#include "sampler/probe.h"
#include "sampler/user_file.h"
#include "sampler/user_image.h"
#include "sampler/user_locate.h"
#include "sampler/user_match.h"
#include "sampler/user_pattern.h"

struct user_search {
	const struct probe_scope *scope;
	const char *file; /* FILE; NULL: none was named */
	struct user_pattern pattern;
	struct user_files files;
	struct user_image **images; /* owned; those of the files that could be read */
	size_t n, cap;
	size_t opened; /* files of which it is known whether they can be */
	struct user_matches matches;
	struct err first; /* what was wrong with a file or a line, the first that was */
};

/* Opens the files that were added since. */
void user_search_open(struct user_search *s);

/* Finds all places of the pattern. -1: there are none; *err says why. */
int user_search(struct user_search *s, struct err *err);

/* Forgets the files. */
void user_search_restart(struct user_search *s);

void user_search_free(struct user_search *s);

#endif
