/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc and /sys: read whole, since they have no size, and taken apart line by line. */
#ifndef SAMPLER_LINES_H
#define SAMPLER_LINES_H

#include "base/buf.h"

/* Appends what the file holds, and a NUL that is not counted. -1 with errno. */
int file_read(const char *path, struct buf *text);

/* The line at *at, cut off where it ends, and *at behind it; NULL behind the last one. */
char *line_next(char **at);

/* The word at *at (blanks end it), cut off, and *at behind it; NULL when there is none. */
char *word_next(char **at);

#endif
