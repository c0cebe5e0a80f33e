/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-record --keep-binaries: copies the files that samples are in to where pb-symbolize looks for them by id,
 * DIR/.build-id/xx/yyyy, and their debug files to DIR/.build-id/xx/yyyy.debug. A thread does it. */
#ifndef CMD_RECORD_KEEP_H
#define CMD_RECORD_KEEP_H

#include "base/buf.h"
#include "base/err.h"
#include "sampler/sampler.h"

struct keeper;

/* Makes the directory if it is not there. NULL: *err says why it cannot be written to. */
struct keeper *keeper_open(const char *dir, struct err *err);

/* A file that samples are in; takes over its descriptor. */
void keeper_add(struct keeper *k, const struct module_fact *f);

/* Waits until all is copied, and adds lines about what was not. */
void keeper_close(struct keeper *k, struct buf *lines);

#endif
