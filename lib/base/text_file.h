/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files read whole, since those of /proc and /sys have no size, and taken apart line by line.
 *
 *	struct buf text = {0};
 *	char *at, *line;
 *
 *	if (!text_file_read("/proc/modules", &text))
 *		for (at = text.data; (line = line_next(&at));)
 *			name = word_next(&line);
 *	buf_free(&text);
 */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include "base/buf.h"

/* Appends what the file holds, and a NUL that is not counted. -1 with errno; then some of it may be there. */
int text_file_read(const char *path, struct buf *text);

/* The first line, without its end and what `size` bytes have no room for. -1 with errno; then it is "". */
int text_file_line(const char *path, char *line, size_t size);

/* The line at *at, cut off where it ends, and *at behind it; NULL behind the last one. */
char *line_next(char **at);

/* The word at *at (blanks end it), cut off, and *at behind it; NULL when there is none. */
char *word_next(char **at);

#endif
