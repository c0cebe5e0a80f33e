/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is replaced as a whole: written beside its name and renamed, so nobody sees half of it. What is not a regular
 * file (a pipe, a device) is written as it is. */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stddef.h>

struct replacement {
	int fd;
	char *path, *beside; /* owned; beside is NULL when path itself is written */
};

/* These give -1 with errno; then nothing is left behind. */
int replace_check(const char *path); /* whether opening would work, to be known long before there is something to write */
int replace_open(struct replacement *r, const char *path);
int replace_write(struct replacement *r, const void *data, size_t len);
int replace_copy(struct replacement *r, int from); /* all that an open file holds, without moving it where that can be */
int replace_close(struct replacement *r); /* the file has its name */

void replace_abandon(struct replacement *r); /* what was there stays */

#endif
