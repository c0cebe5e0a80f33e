// SPDX-License-Identifier: GPL-2.0-or-later
/* Text files read whole, since those of /proc and /sys have no size, and taken apart line by line. */
#include "base/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static ssize_t
read_some(int fd, void *to, size_t size)
{
	ssize_t n;

	do
		n = read(fd, to, size);
	while (n < 0 && errno == EINTR);
	return n;
}

static void
close_keeping_errno(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}

int
text_file_read(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do {
		buf_reserve(text, PIECE);
		n = read_some(fd, text->data + text->len, text->cap - text->len);
		text->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	close_keeping_errno(fd);
	buf_cstr(text);
	return n < 0 ? -1 : 0;
}

int
text_file_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read_some(fd, line, size - 1);

	if (fd >= 0)
		close_keeping_errno(fd);
	line[n > 0 ? n : 0] = 0;
	line[strcspn(line, "\n")] = 0;
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
