/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The definitions of one segment, kept as arrays by id with copies of their texts:
 *
 *	while ((type = stream_next(s)) > 0)
 *		if (!dict_take(&dict, s))
 *			... samples, windows, what is not a definition ...
 */
#ifndef STREAM_DICT_H
#define STREAM_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "stream/record.h"

struct stream;

#define DICT_NONE UINT32_MAX

/* Texts by id. */
struct texts {
	struct buf bytes; /* one after the other */
	uint64_t *ends;	  /* where each ends; owned */
	size_t n, cap;
};

struct dict_event {
	uint64_t frequency, period; /* one of them is 0 */
};

struct dict_module {
	enum module_kind kind; /* MODULE_ANON for a kind that this version does not know */
	uint64_t pid;
};

struct dict_symbol {
	uint32_t module;
	uint64_t start, size;
};

struct dict_frame {
	uint64_t offset;
	uint32_t module;
	uint32_t names; /* index of its first name in names[], plus one; 0: it has none */
};

struct dict_stack {
	uint32_t parent; /* a smaller id, or DICT_NONE */
	uint32_t frame;
};

struct dict_task {
	uint64_t pid, tid, start;
};

struct dict_name {
	uint32_t function;
	uint32_t source;    /* or DICT_NONE */
	uint32_t line;	    /* 0: not known */
	uint32_t more;	    /* the next one in names[] belongs to the same frame: the function this is inlined in */
};

#define DICT_ARRAY(type, name)                                                                                         \
	struct type *name; /* owned */                                                                                 \
	size_t n_##name, cap_##name

struct dict {
	size_t text_max;  /* of texts, no more bytes than these are kept; 0: all */
	uint32_t without; /* bit 1 << RECORD_x: definitions of this type are passed over; set before the first use */
	DICT_ARRAY(dict_event, events);
	DICT_ARRAY(dict_module, modules);
	DICT_ARRAY(dict_symbol, symbols); /* in the order of the stream */
	DICT_ARRAY(dict_frame, frames);
	DICT_ARRAY(dict_stack, stacks);
	DICT_ARRAY(dict_task, tasks);
	DICT_ARRAY(dict_name, names);
	uint32_t named_first, named_last; /* the last block of names was about frames between these, both included */
	struct texts event_names, event_units, paths, build_ids /* of modules */, symbol_names, comms, functions, sources;
};

/* Takes the stream's current block if it holds definitions (event, module, symbol, frame, stack, task, function,
 * source, name). A segment block makes the dictionary empty; it is not taken. A malformed record shows at the next
 * stream_next(). */
bool dict_take(struct dict *d, struct stream *s);
void dict_free(struct dict *d);
size_t dict_bytes(const struct dict *d); /* of memory */

/* Valid until the next definition is taken. */
static inline struct text
texts_get(const struct texts *t, uint32_t id)
{
	uint64_t start = id ? t->ends[id - 1] : 0, len = t->ends[id] - start;

	return len ? text_of(t->bytes.data + start, (size_t)len) : text_of("", 0);
}

#endif
