/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going on after a read or write that did nothing yet. */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

/* After a failed read(2) or write(2): true when it is to be tried again, because a signal came or because somebody who
 * shares the open file has made it non-blocking; then it has become ready for `events`. errno is kept otherwise. */
static inline bool
wait_if_busy(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	if (errno == EAGAIN || errno == EWOULDBLOCK)
		poll(&p, 1, -1);
	else if (errno != EINTR)
		return false;
	return true;
}

#endif
