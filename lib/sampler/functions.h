/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of the running kernel and its modules, and which of them can be probed. */
#ifndef SAMPLER_FUNCTIONS_H
#define SAMPLER_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FUNCTION_NONE UINT32_MAX

struct function {
	const char *name;
	const char *module; /* NULL: the kernel's own */
	uint64_t address;   /* 0: hidden from us (kernel.kptr_restrict) */
	uint32_t next;	    /* the next one of the same name, or FUNCTION_NONE */
	bool traceable;	    /* listed by tracefs, which is what kprobes want, too; without the list: likely */
	bool alias;	    /* another name of a traceable one */
	bool blacklisted;   /* for kprobes; known where debugfs is mounted */
};

struct functions {
	struct function *all; /* in the order of /proc/kallsyms */
	size_t n, cap;
	uint32_t *first; /* by number of the name: its first function */
	size_t n_names;
	bool listed; /* tracefs said which are traceable */
};

/* Reads them once, when first asked; NULL with the reason. Valid until functions_forget(). */
const struct functions *functions_load(struct err *err);
void functions_forget(void); /* frees it all */

/* The first function of a name, or FUNCTION_NONE. */
uint32_t functions_find(const struct functions *fs, const char *name);

/* How many bytes there are up to the next symbol; 0 when addresses are hidden. */
uint64_t function_size(const struct functions *fs, const struct function *f);

#endif
