/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-record's frames in code that was made at run time: their symbols, from what the compilers tell perf(1) (sym/jit_process.h).
 *
 * A frame whose symbol is known goes to a module of kind jit, whose offsets are given out here, one after the other, so that
 * code that is laid over other code later is another place. A frame whose symbol is not known is one in anonymous memory, and is
 * named when the symbol comes: files are read a little at a time, and some are only written when their process ends. */
#ifndef CMD_RECORD_JIT_H
#define CMD_RECORD_JIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "sampler/sampler.h"

struct definer;
struct jit_frames;

struct jit_frames *jit_frames_open(struct definer *d);
void jit_frames_close(struct jit_frames *j);
void jit_frames_forget(struct jit_frames *j); /* a new segment: ids start anew */

void jit_frames_code(struct jit_frames *j, const struct code_fact *f); /* what the sampler notices */
void jit_frames_sampled(struct jit_frames *j, const struct module_fact *f); /* anonymous memory that samples are in */

/* Reads on, for some ms. To be called on every tick. */
void jit_frames_tick(struct jit_frames *j);

/* Before the frames of a window: reads what was added, names frames that had no symbol; the sampler forgets what it knows of
 * code that has been replaced. */
void jit_frames_window(struct jit_frames *j, struct sampler *sampler);

/* The frame of an address of a process's; is_call: it is where a call returns to. `anonymous` is the module of its memory. */
uint32_t jit_frame(struct jit_frames *j, uint32_t pid, uint64_t address, bool is_call, uint32_t anonymous);

/* Adds lines about what was not read. */
void jit_frames_report(const struct jit_frames *j, struct buf *lines);

#endif
