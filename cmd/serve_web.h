/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-serve's server: HTTP and WebSocket by libwebsockets, on a socket that is given. One thread runs all of it; only
 * web_wake() may be called from others. Private to pb-serve. */
#ifndef CMD_SERVE_WEB_H
#define CMD_SERVE_WEB_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/serve_feed.h"
#include "cmd/serve_guard.h"

struct web;

struct web_options {
	const struct guard *guard;
	int fd;		      /* that listens; becomes the server's */
	uint64_t max_clients; /* live ones */
	uint64_t memory;      /* as the feed's */
	bool allow_control;
};

/* NULL with errno set when out of something. */
struct web *web_open(const struct web_options *o);

/* Begins to answer, with what this feed has. */
void web_start(struct web *w, struct feed *feed);

/* Sleeps until something happened and sees to it. */
void web_service(struct web *w);

/* There is something new: ends the sleep. Also for signal handlers. */
void web_wake(void *web);

/* As above, in so many ms. */
void web_wake_in(struct web *w, unsigned ms);

/* A page has asked for the end of the recording. */
bool web_stop_asked(const struct web *w);

/* Has the clients look for news; to be called before web_settled() is asked. */
void web_refresh(struct web *w);

/* Every client has been sent all there is. */
bool web_settled(const struct web *w);

/* A live page has been there. */
bool web_visited(const struct web *w);

/* Says goodbye to the clients, waits a moment for their answer, and gives all messages back to the feed. */
void web_close(struct web *w);

/* After that, when nobody calls web_wake() any more. */
void web_free(struct web *w);

#endif
