/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command says on stderr, and how it ends. Only cmd/ calls these. */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stdnoreturn.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

extern const char *prog_name; /* "pb-fold": what every message starts with */

/* Takes the last component of argv[0] as prog_name. */
void prog_init(const char *argv0);

/* "pb-fold: TEXT\n". A format that ends in ':' gets " " and strerror(errno) appended. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));	/* status 1 */
noreturn void die_usage(const char *format, ...) __attribute__((format(printf, 1, 2))); /* status 2 */

#endif
