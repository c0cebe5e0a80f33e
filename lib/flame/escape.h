/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names come from outside: making any bytes visible, harmless text. */
#ifndef FLAME_ESCAPE_H
#define FLAME_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends well-formed UTF-8 that shows every character: control bytes and bytes that are not UTF-8 as \x1b, characters
 * that only change how others are shown (bidirectional marks, zero width, U+FFFE) as \u202e. */
void escape_visible(struct buf *out, const char *text, size_t len);

/* Appends visible text (see above) as XML text or attribute value; non-ASCII characters as &#xe9; if `ascii`. */
void escape_xml(struct buf *out, const char *text, size_t len, bool ascii);

/* Appends text, made visible (see above), as the inside of a JSON text that is harmless in a <script> too. */
void escape_json(struct buf *out, const char *text, size_t len);

#endif
