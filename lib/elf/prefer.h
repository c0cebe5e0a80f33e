/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of several names for one address is shown. */
#ifndef ELF_PREFER_H
#define ELF_PREFER_H

#include <stdbool.h>

enum binding { PREFER_NEVER, PREFER_LOCAL, PREFER_WEAK, PREFER_GLOBAL };

/* Whether name a is to be shown rather than name b: what other files can see over what they cannot, then fewest
 * leading underscores (write, not __write, though the C library makes the former weak), global over weak, shortest,
 * first in the alphabet. False when both are the same. */
bool prefer_name(enum binding a_binding, const char *a, enum binding b_binding, const char *b);

#endif
