/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defines modules, frames, stacks and symbols once each: the side that writes new streams. */
#ifndef STREAM_DEFINE_H
#define STREAM_DEFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/record.h"

struct writer;
struct definer;

#define STACK_ROOT UINT32_MAX /* as a parent: the frame is the stack's root */

struct definer *definer_open(struct writer *w); /* w stays the caller's */
void definer_close(struct definer *d);
void definer_forget(struct definer *d); /* a new segment was begun: all ids start from 0 */

/* Each returns the id, and writes the record when it is new. */
uint32_t define_module(struct definer *d, const struct module_record *r);

/* The same for a file that has the content id `content`, or none. *is_new: the record was written. */
uint32_t define_file(struct definer *d, const struct module_record *r, struct text content, bool *is_new);
uint32_t define_frame(struct definer *d, uint32_t module, uint64_t offset);
uint32_t define_stack(struct definer *d, uint32_t parent, uint32_t frame);
void define_symbol(struct definer *d, const struct symbol_record *r);

/* Names a frame that was defined before; a frame may be named again. */
void define_name(struct definer *d, uint32_t frame, struct text function);

size_t definer_count(const struct definer *d); /* records defined in this segment */

#endif
