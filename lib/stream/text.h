/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as lines of text and back, as pb-dump(1) describes them:
 *
 *	frame #12 module=0 offset=0x4a10
 */
#ifndef STREAM_TEXT_H
#define STREAM_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/record.h"

/* Appends the line of a record, with its newline. */
void text_put(struct buf *out, enum record_type type, uint32_t id, const union any_record *r);

/* Appends the line of a block of a type that this version does not know. */
void text_put_block(struct buf *out, uint32_t type, struct text payload);

enum text_kind {
	TEXT_NOTHING, /* a blank line or a comment */
	TEXT_RECORD,
	TEXT_CUT,     /* "--": the block ends here */
	TEXT_BLOCK,   /* "block": type and payload of a block as it is */
	TEXT_BYTES    /* "bytes": payload is bytes to be written as they are */
};

struct text_line {
	enum text_kind kind;
	uint32_t type;
	union any_record record; /* its texts point into the reader, until its next line */
	uint64_t given;		 /* bit i: the record's field i was on the line; others are 0 or empty */
	struct text payload;
};

struct text_reader {
	uint32_t ids[RECORD_TYPES]; /* what the next record of each type will be */
	enum record_type last;	    /* type of the line before: a guess for the next */
	struct buf texts;	    /* of the current line, unescaped */
};

/* Reads one line (without its newline). False: it is wrong, *err says why. */
bool text_get(struct text_reader *t, struct text line, struct text_line *out, struct err *err);
void text_reader_free(struct text_reader *t);

#endif
