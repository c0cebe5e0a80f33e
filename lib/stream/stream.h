/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a stream, block by block and record by record. Everything read is checked here: lengths, numbers,
 * references to earlier records, the order of segments. pb-stream(5) describes the bytes.
 *
 *	while ((type = stream_next(s)) > 0)
 *		if (type == RECORD_frame)
 *			while (read_frame(s, &frame))
 *				...
 *	if (type < 0)
 *		die("%s", stream_error(s));
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/record.h"

#define STREAM_MAGIC	  "PBSTREAM"
#define STREAM_VERSION	  1
#define STREAM_BLOCK_HEAD 8		  /* u32 length of the payload, u32 type */
#define STREAM_BLOCK_MAX  (16u << 20)	  /* bytes of payload */

struct stream;

/* Reads from fd, which stays the caller's; `name` is used in messages ("<stdin>"). Never NULL. */
struct stream *stream_open(int fd, const char *name);
void stream_close(struct stream *s);

/* `wait` is called before each read(2): the input may be a pipe that has nothing yet. */
void stream_on_wait(struct stream *s, void (*wait)(int fd));

/* Steps to the next block, past what was not read of the current one. Returns its type (which may be one that
 * this version does not know), 0 at the end of the input, -1 when the input is malformed or cannot be read.
 * A RECORD_segment block means: all ids start from 0 again. */
int64_t stream_next(struct stream *s);

/* After -1: "<stdin>: offset 4711: …". */
const char *stream_error(const struct stream *s);

/* What is amiss without being malformed, to be shown as a warning: a segment that ended without its END
 * record, also in the midst of a record. NULL when nothing is. Ask at the end of the input and after each
 * RECORD_segment block; the answer is given once, and from the fifth one on only how many there were, at the end. */
const char *stream_warning(struct stream *s);

/* The current block's type. */
uint32_t stream_type(const struct stream *s);

/* The current block's payload, for copying; valid until the next stream_next(). */
struct text stream_payload(const struct stream *s);

/* The id that the record last read has: its number among the records of its kind in this segment. */
uint32_t stream_id(const struct stream *s, enum record_type type);

/* Marks the current record as malformed: the next stream_next() returns -1 with this reason. For checks that
 * need more than one record. */
void stream_reject(struct stream *s, const char *reason);

/* bool read_frame(struct stream *s, struct frame_record *r): reads the next record of the current block, which
 * must be of that type; false at its end or when the record is malformed (stream_next() tells). Texts in *r point
 * into the block. */
#define RECORD(name, type, doc, fields) bool read_##name(struct stream *s, struct name##_record *r);
#include "stream/records.def"
#undef RECORD

/* The same for whatever type the current block is of; false at once for a type that this version does not know. */
bool read_record(struct stream *s, union any_record *r);

#endif
