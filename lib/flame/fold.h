/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing names into folded text, pb-folded(5). */
#ifndef FLAME_FOLD_H
#define FLAME_FOLD_H

#include <stddef.h>

#include "base/buf.h"

/* Appends a frame's name made safe for a folded line, as the section NAMES of pb-folded(5) says. */
void fold_name(struct buf *out, const char *name, size_t len);

#endif
