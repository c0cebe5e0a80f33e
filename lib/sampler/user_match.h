/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of files that a pattern matches. */
#ifndef SAMPLER_USER_MATCH_H
#define SAMPLER_USER_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/nearest.h"
#include "elf/prefer.h"
#include "sampler/user_image.h"
#include "sampler/user_pattern.h"

/* A place in a file. */
struct user_match {
	const struct user_image *image;
	const char *symbol; /* the function, in the file; perhaps with a version; NULL: not known */
	size_t len;	    /* without it */
	uint64_t vaddr, size; /* the function's; size 0: not known */
	enum binding binding;
	enum pattern_match match;
};

/* An IFUNC: code that only chooses one of several functions, once, before the program runs. It has the name of what it
 * chooses, as memcpy has, and so may an old version, which nobody calls. */
struct user_chooser {
	const char *symbol;
	size_t len;
	uint64_t vaddr;
};

struct user_matches {
	struct user_match *all; /* owned */
	size_t n, cap;
	struct user_chooser *choosers; /* owned; of the last file */
	size_t n_choosers, cap_choosers;
	struct user_chooser left_out; /* one that matched, but for what it is; or all 0 */
};

/* Adds the functions of a file, each place once. What is matched as a name counts more than what is matched as a glob. */
void user_match_functions(struct user_matches *m, struct user_image *image, struct user_pattern *p);

/* Adds where a line begins. -1: *err says why there is none. */
int user_match_line(struct user_matches *m, struct user_image *image, const struct user_pattern *p, struct err *err);

/* Adds the place at an address of the file. -1: *err says why there can be none. */
int user_match_address(struct user_matches *m, struct user_image *image, const struct user_pattern *p, struct err *err);

/* Offers the functions' names, readable ones if the pattern is one. */
void user_offer_functions(struct nearest *n, struct user_image *image, struct user_pattern *p);

void user_matches_free(struct user_matches *m);

#endif
