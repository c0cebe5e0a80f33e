// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of /proc and /sys: read whole, since they have no size, and taken apart line by line. */
#include "sampler/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

int
file_read(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	int error;

	if (fd < 0)
		return -1;
	do {
		buf_reserve(text, PIECE);
		n = read(fd, text->data + text->len, PIECE);
		text->len += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	error = errno;
	close(fd);
	errno = error;
	buf_cstr(text);
	return n < 0 ? -1 : 0;
}

char *
line_next(char **at)
{
	char *begin = *at;

	if (!*begin)
		return NULL;
	*at = strchrnul(begin, '\n');
	if (**at)
		*(*at)++ = 0;
	return begin;
}

/* Not strcspn(3), which prepares for longer words than these each time. */
char *
word_next(char **at)
{
	char *begin = *at, *end;

	while (*begin == ' ' || *begin == '\t')
		begin++;
	for (end = begin; *end && *end != ' ' && *end != '\t' && *end != '\n'; end++)
		;
	*at = end;
	if (*end)
		*(*at)++ = 0;
	return *begin ? begin : NULL;
}
