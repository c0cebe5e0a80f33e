/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files by build-id from debuginfod servers, by the program debuginfod-find of elfutils, which knows the protocol and keeps
 * a cache of its own. Who the servers are says the environment variable DEBUGINFOD_URLS. */
#ifndef ELF_DEBUGINFOD_H
#define ELF_DEBUGINFOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum debuginfod_result {
	DEBUGINFOD_FOUND,
	DEBUGINFOD_ABSENT,     /* no server has it */
	DEBUGINFOD_TROUBLE,    /* no answer, or none that is of use: it would be the same for other files */
	DEBUGINFOD_NO_PROGRAM, /* debuginfod-find is not installed */
};

/* What is asked, and while it is on its way. */
struct debuginfod_request {
	bool debug; /* the debug file, else the one that is executed */
	const uint8_t *id; /* build-id */
	size_t id_len;
	uint64_t patience; /* ns without a further byte until it is given up */
	void (*progress)(void *to, uint64_t have, uint64_t size); /* in bytes, 0 when not known; may be NULL */
	void *to;
	uint64_t have; /* private */
};

/* Whether there are servers to ask. */
bool debuginfod_is_set(void);

/* Asks and waits. The path of the file is appended to *path when it is found; else *err says why it was not. */
enum debuginfod_result debuginfod_find(struct debuginfod_request *r, struct buf *path, struct err *err);

#endif
