/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notices processes that make code at run time, when they make its memory executable. */
#ifndef SAMPLER_CODE_H
#define SAMPLER_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "sampler/process.h"
#include "sampler/sampler.h"

/* What was noticed and not told yet. */
struct code_notices {
	struct code_notice *all; /* owned */
	size_t n, cap;
};

/* Whether a mapping of this path may be memory that code was made in: of no file, or of one that has no name. */
bool code_is_memory(const char *path);

/* An executable mapping was made. The path is as the kernel writes it, and is copied if it is needed. */
void code_notice(struct code_notices *c, uint32_t pid, uint64_t start, uint64_t end, const char *path);

/* What a process's code is called can be read from a perf map, at the descriptor; which is this one's from now on. */
void code_notice_map(struct code_notices *c, uint32_t pid, int map);

/* The same for all mappings that there are. */
void code_notice_all(struct code_notices *c, const struct processes *ps);

/* Tells the sink, and forgets. */
void code_tell(struct code_notices *c, const struct sampler_sink *sink);

void code_forget(struct code_notices *c); /* gives back its memory */

#endif
