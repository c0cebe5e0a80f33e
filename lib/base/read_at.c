// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading parts of files that are not text. */
#include "base/read_at.h"

#include <errno.h>
#include <unistd.h>

size_t
read_at(int fd, void *to, size_t size, uint64_t offset)
{
	size_t got = 0;

	while (got < size && offset <= INT64_MAX - size) {
		ssize_t n = pread(fd, (char *)to + got, size - got, (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}
