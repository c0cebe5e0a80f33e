/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a demangled name, of which users leave out some when they ask for a function.
 *
 *	void ns::List<int>::put<char>(char, int) const [clone .isra.0]
 *	     ^start             ^plain  ^arguments    ^end
 */
#ifndef SAMPLER_READABLE_H
#define SAMPLER_READABLE_H

#include <stddef.h>

struct readable {
	size_t start;	  /* behind the type of the result, which only templates have */
	size_t plain;	  /* end of the name without its own template arguments */
	size_t arguments; /* end of the name */
	size_t end;	  /* of the arguments; what follows qualifies */
};

/* Offsets into the name; all of it is one when it has no such parts. */
struct readable readable_parts(const char *name, size_t len);

#endif
