/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may have the profile: the token, and the headers Host and Origin, by which a browser tells on a foreign page. Private
 * to pb-serve. */
#ifndef CMD_SERVE_GUARD_H
#define CMD_SERVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_LENGTH 32 /* hex digits: 128 bits */

struct guard {
	char token[TOKEN_LENGTH + 1];
	bool loopback;	    /* only this machine can reach the socket */
	const char **hosts; /* further names that a browser may know it by */
	size_t n_hosts;
};

/* A new token from the kernel's random numbers. False with errno set when there are none. */
bool guard_new_token(struct guard *g);

/* The value of Host, "NAME" or "NAME:PORT": a name of ours, or an address (which no name server can have made up); a
 * loopback address when no other could be meant. */
bool guard_host(const struct guard *g, const char *host);

/* The value of Origin, for a request to `host`. */
bool guard_origin(const char *origin, const char *host);

/* The value of Authorization: "Bearer TOKEN". */
bool guard_bearer(const struct guard *g, const char *authorization);

/* The value of Sec-WebSocket-Protocol: "pb-live, t.TOKEN", and nothing else. */
bool guard_subprotocols(const struct guard *g, const char *offered);

#endif
