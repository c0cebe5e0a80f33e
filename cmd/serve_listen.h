/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket that pb-serve listens on. Private to pb-serve. */
#ifndef CMD_SERVE_LISTEN_H
#define CMD_SERVE_LISTEN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { LISTEN_PATH_MAX = 107 }; /* bytes in the path of a unix socket */

struct listening {
	int fd;
	bool loopback;	       /* only this machine reaches it */
	bool everywhere;       /* on all addresses of this machine */
	const char *unix_path; /* or NULL */
	char host[256];	       /* as it stands in a URL: "127.0.0.1", "[::1]", "name"; "" for a unix socket */
	unsigned port;
};

/* Whether it is "HOST:PORT", "[ADDRESS]:PORT" or "unix:PATH", of which the path is short enough. */
bool listen_valid(const char *where);

/* Listens there; the text is kept. A unix socket that nobody listens on any more is replaced. -1 with the reason otherwise. */
int listen_open(struct listening *l, const char *where, struct err *err);

/* Appends the address to type here, without the token. */
void listen_url(const struct listening *l, struct buf *out);

/* The name of this machine, for others to type, or NULL. */
const char *listen_own_name(void);

/* Removes a unix socket when that is allowed. The descriptor is closed by whoever it was given to. */
void listen_close(struct listening *l);

#endif
