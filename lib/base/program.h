/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking another program: it is run without a shell, reads nothing, what it writes is captured, and it is killed when it
 * stalls.
 *
 *	struct program p = {.argv = (char *[]){"dpkg-query", "-S", path, NULL}, .patience = 2000000000};
 *
 *	if (!program_run(&p, &err) && !p.status)
 *		... p.out ...
 *	buf_free(&p.out);
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { PROGRAM_OUT_MAX = 1 << 20 }; /* bytes of standard output that are kept */

struct program {
	char *const *argv; /* looked for in PATH; ends with NULL */
	uint64_t patience; /* ns without news until it is killed */

	/* Each line of its standard error, without its end; true: there is news. NULL: there never is. */
	bool (*heard)(void *to, const char *line);
	void *to;

	struct buf out; /* its standard output; the caller frees it */
	int status;	/* how it ended: its exit status, or 128 and the signal that ended it */
};

/* Runs it to its end. -1: *err says why; errno is ENOENT when there is no such program, ETIMEDOUT when it was killed. A
 * Ctrl-C does not end it, and our end ends it when it next writes. */
int program_run(struct program *p, struct err *err);

#endif
