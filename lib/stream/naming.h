/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame is called: its functions if it was given names, else its module. */
#ifndef STREAM_NAMING_H
#define STREAM_NAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "stream/dict.h"

enum { NAMING_INLINE_MAX = 256 }; /* functions at one frame; what is further in is called [deeper] */

#define NAMING_DEEPER "[deeper]"

struct naming {
	bool module;   /* libc.so.6`qsort */
	bool annotate; /* _[k] kernel, _[i] inlined, _[j] JIT */
	bool lines;    /* qsort (qsort.c:12), where that is known; the dictionary keeps sources */
	bool paths;    /* the same with the whole path */

	/* Is handed each name, outermost function first. The text is not safe for any format and is valid during the
	 * call only. `function` is its id when the text is that function's name and nothing else, or DICT_NONE. */
	void (*each)(void *to, struct text name, uint32_t function);
	void *to;

	struct buf scratch; /* private; to be freed by the caller */
};

/* What a frame's module is called in front of a function: libc.so.6, kernel; empty for anonymous memory. Valid as long as
 * the dictionary's texts. */
struct text name_module(const struct dict *d, uint32_t module);

void name_frame(struct naming *n, const struct dict *d, uint32_t frame);

#endif
