/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The length (1 to 4) of the well-formed sequence at p, of which n > 0 bytes may be read; 0 when there is none.
 * Overlong forms, surrogates and code points above U+10FFFF are not well-formed. */
size_t utf8_length(const void *p, size_t n);

#endif
