/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's type information (BTF) says of its functions and raw tracepoints. Read once, when first asked for. */
#ifndef SAMPLER_TYPES_H
#define SAMPLER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROTOTYPE_MAX = 12 };

/* A value that is passed in a register, or in two. */
struct passed {
	uint8_t size; /* 1, 2, 4 or 8; 0: not a number */
	bool is_signed;
	uint8_t slot; /* the first of its registers, from 0 */
};

struct prototype {
	unsigned n; /* arguments */
	unsigned slots; /* registers that they take */
	struct passed args[PROTOTYPE_MAX];
	struct passed result;
	bool returns;	  /* a value */
	const char *odd; /* why nothing can be said of its registers, and fentry does not take it: "takes ..."; or NULL */
};

bool types_known(void); /* the kernel has BTF, and we may read it */

/* What a function takes and returns, or a raw tracepoint is given. False: BTF has no such thing; *p is as it was then. module:
 * NULL for the kernel's own. */
bool types_function(const char *module, const char *name, struct prototype *p);
bool types_tracepoint(const char *name, struct prototype *p);

/* The names of all raw tracepoints outside modules, *n of them (0 without BTF); valid until types_forget(). */
const char *const *types_tracepoints(size_t *n);

void types_forget(void); /* frees it all */

#endif
