/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a library reports a failure: it returns -1 or NULL and leaves the reason here for cmd/ to say. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
	char text[1024]; /* "" when nothing failed; never holds control characters */
};

/* Sets the reason and returns -1. A format that ends in ':' gets " " and strerror(errno) appended. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
