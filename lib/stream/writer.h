/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a stream. Records are gathered by type and leave as one block per type at each flush, in the order of
 * their type numbers, which is the order of definition before use. */
#ifndef STREAM_WRITER_H
#define STREAM_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "stream/record.h"

struct stream;
struct writer;

struct writer *writer_open(int fd); /* fd stays the caller's */
void writer_close(struct writer *w); /* does not flush */

/* Writes what was gathered. False when write(2) failed; errno tells, and later calls fail at once. Fails with
 * EMSGSIZE, too, after a record that is longer than a block can be. */
bool writer_flush(struct writer *w);

/* Ends the blocks that are being gathered, and writes them when enough has come together. False as above. */
bool writer_cut(struct writer *w);

/* The errno of what failed: 0, of a write, or EMSGSIZE as soon as a record is longer than a block can be. */
int writer_failed(const struct writer *w);

/* Blocks of this segment so far, those that would leave at a flush included. */
uint64_t writer_blocks(const struct writer *w);

/* Flushes, then copies the reader's current block byte for byte. A segment block starts a new segment. */
bool writer_copy(struct writer *w, const struct stream *s);

/* Flushes, then writes one block as it is. For types this version does not know. */
bool writer_block(struct writer *w, uint32_t type, struct text payload);

/* Flushes and closes the segment with END. */
bool writer_end(struct writer *w);

/* uint32_t write_frame(struct writer *w, const struct frame_record *r): adds a record, returns its id. Texts are
 * copied. write_segment() starts a new segment: what was gathered before must have been flushed. */
#define RECORD(name, type, doc, fields) uint32_t write_##name(struct writer *w, const struct name##_record *r);
#include "stream/records.def"
#undef RECORD

/* The same for a type known at run time only; it must be one of records.def. */
uint32_t write_record(struct writer *w, enum record_type type, const union any_record *r);

#endif
