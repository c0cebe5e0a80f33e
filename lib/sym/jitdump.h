/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of a jitdump (Linux, tools/perf/Documentation/jitdump-specification.txt). Private to lib/sym. */
#ifndef SYM_JITDUMP_H
#define SYM_JITDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JITDUMP_HEADER = 40 };

/* Whether a file that begins like this is meant to be one. */
bool is_jitdump(const uint8_t *bytes, size_t n);

/* Reads the header's JITDUMP_HEADER bytes: *at is where the first record is. False: it is of a kind that is not known. */
bool jitdump_begin(const uint8_t *bytes, uint64_t *at);

#endif
