/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names as their programmers wrote them. */
#ifndef SYM_DEMANGLE_H
#define SYM_DEMANGLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the readable form of a C++ or Rust name (legacy or v0; its hash is left out). False, with nothing
 * appended: it is not mangled, or is malformed, longer than 64 KiB, or would be longer than 64 KiB.
 * What compilers add stays: "sort(int*) [clone .part.0]"; ".llvm.123" is left out. */
bool demangle(const char *name, size_t len, struct buf *readable);

#endif
