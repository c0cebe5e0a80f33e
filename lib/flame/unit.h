/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts that are times or sizes, as people read them: "1.25 s", "3.5 MiB". */
#ifndef FLAME_UNIT_H
#define FLAME_UNIT_H

#include <stddef.h>

#include "base/buf.h"

enum unit { UNIT_SAMPLES /* or whatever: a plain number */, UNIT_NS, UNIT_BYTES, UNIT_UNKNOWN };

/* What "samples", "ns" and "bytes" mean; of other words UNIT_UNKNOWN. */
enum unit unit_find(const char *name, size_t len);

/* Appends a number of ns or bytes, to three digits. */
void unit_write(struct buf *out, enum unit unit, double value);

/* Appends "1,234,567". */
void unit_grouped(struct buf *out, uint64_t value);

#endif
