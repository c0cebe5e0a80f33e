// SPDX-License-Identifier: GPL-2.0-or-later
/* The live pages: each is where it is in the feed's messages, and takes the next when it has room. There is no queue: a
 * client that is slow, paused or gone costs no more than the message in its hands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "cmd/serve_server.h"

enum {
	INBOUND = 64,	/* bytes in a message from a page */
	CLOSE_SECONDS = 5,
	HELD_SHARE = 8,	/* of the memory: what messages may take that only slow clients need */
};

#define TRY_LATER ((enum lws_close_status)1013)

struct client {
	struct client *next;
	struct lws *wsi;
	uint64_t epoch, at;	   /* what it has been given */
	const struct message *now; /* on its way to it, or NULL */
	size_t sent;		   /* of that */
	bool dropped;		   /* too slow for what it held */
	bool settled;		   /* it has everything there was when it last looked */
	enum lws_close_status close;
	size_t n_said;
	char said[INBOUND];
};

const size_t client_size = sizeof(struct client);

/* ---- joining and leaving ---- */

/* A number in the query; 0 when it is not there. */
static bool
number(struct lws *wsi, const char *name, uint64_t *value)
{
	char text[32];
	const char *v = lws_get_urlarg_by_name(wsi, name, text, sizeof(text));

	*value = 0;
	return !v || (strlen(v) < 21 && parse_u64(v, value));
}

bool
live_query(struct lws *wsi, uint64_t *epoch, uint64_t *at)
{
	return number(wsi, "epoch=", epoch) && number(wsi, "at=", at);
}

static void
close_with(struct client *c, enum lws_close_status status)
{
	if (!c->close)
		c->close = status;
	lws_callback_on_writable(c->wsi);
}

/* The connection closes as soon as there is room for the reason; what comes until then is not read. */
static void
refuse(struct web *w, struct client *c, enum refusal why, enum lws_close_status status)
{
	web_refuse(w, why);
	close_with(c, status);
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_SECONDS);
}

/* One too many is told so by the close of its WebSocket: of an upgrade that is refused a page never learns why. */
static int
join(struct web *w, struct client *c, struct lws *wsi)
{
	memset(c, 0, sizeof(*c));
	c->wsi = wsi;
	if (!live_query(wsi, &c->epoch, &c->at))
		return -1;
	if (w->n_clients >= w->o.max_clients) {
		refuse(w, c, REFUSED_CLIENTS, TRY_LATER);
		return 0;
	}
	c->next = w->clients;
	w->clients = c;
	w->n_clients++;
	w->visited = true;
	lws_callback_on_writable(wsi);
	return 0;
}

static void
release(struct web *w, struct client *c)
{
	if (c->now)
		message_release(w->feed, c->now);
	c->now = NULL;
}

static void
leave(struct web *w, struct client *c)
{
	struct client **p = &w->clients;

	while (*p && *p != c)
		p = &(*p)->next;
	if (!*p)
		return;
	*p = c->next;
	w->n_clients--;
	release(w, c);
}

/* ---- to the page ---- */

static int
say_goodbye(const struct web *w, const struct client *c)
{
	char reason[96] = "";
	int n = 0;

	if (c->close == TRY_LATER)
		n = snprintf(reason, sizeof(reason), "too many pages are open (--max-clients %llu)",
			     (unsigned long long)w->o.max_clients);
	lws_close_reason(c->wsi, c->close, (unsigned char *)reason, (size_t)n);
	return -1;
}

/* One chunk a call: the next one when the connection has room for it. */
static int
send_some(struct web *w, struct client *c)
{
	size_t n;
	int flags;

	if (c->dropped)
		return -1;
	if (!c->now) {
		c->now = feed_message(w->feed, c->epoch, c->at);
		c->sent = 0;
		c->settled = !c->now;
		if (!c->now)
			return 0;
	}
	n = c->now->len - c->sent < CHUNK ? c->now->len - c->sent : CHUNK;
	memcpy(w->scratch + LWS_PRE, c->now->bytes + c->sent, n);
	flags = lws_write_ws_flags(LWS_WRITE_BINARY, !c->sent, c->sent + n == c->now->len);
	if (lws_write(c->wsi, w->scratch + LWS_PRE, n, (enum lws_write_protocol)flags) < 0)
		return -1;
	c->sent += n;
	if (c->sent == c->now->len) {
		c->epoch = c->now->epoch;
		c->at = c->now->at;
		message_release(w->feed, c->now);
		c->now = NULL;
	}
	lws_callback_on_writable(c->wsi);
	return 0;
}

void
live_refresh(struct web *w)
{
	for (struct client *c = w->clients; c; c = c->next) {
		c->settled = false;
		if (!c->now)
			lws_callback_on_writable(c->wsi);
	}
	live_drop_slow(w);
}

bool
live_settled(const struct web *w)
{
	for (const struct client *c = w->clients; c; c = c->next)
		if (!c->settled || lws_partial_buffered(c->wsi))
			return false;
	return true;
}

void
live_close(struct web *w)
{
	for (struct client *c = w->clients; c; c = c->next)
		close_with(c, LWS_CLOSE_STATUS_GOINGAWAY);
}

void
live_release(struct web *w)
{
	for (struct client *c = w->clients; c; c = c->next)
		release(w, c);
}

static bool
is_older(const struct message *a, const struct message *b)
{
	return a->epoch != b->epoch ? a->epoch < b->epoch : a->at < b->at;
}

/* Clients that stand still or drip cost nothing as long as they hold the same messages. When those that are kept for them
 * alone become too much, the one goes that holds the oldest. It can come back and is given what it lacks. */
void
live_drop_slow(struct web *w)
{
	while (feed_held(w->feed) > w->o.memory / HELD_SHARE) {
		struct client *oldest = NULL;

		for (struct client *c = w->clients; c; c = c->next)
			if (c->now && (!oldest || is_older(c->now, oldest->now)))
				oldest = c;
		if (!oldest)
			return;
		web_refuse(w, REFUSED_SLOW);
		release(w, oldest);
		oldest->dropped = true;
		lws_set_timeout(oldest->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	}
}

/* ---- from the page ---- */

static void
take(struct web *w, struct client *c, const char *text, size_t len)
{
	if (c->close)
		return;
	if (lws_frame_is_binary(c->wsi)) {
		refuse(w, c, REFUSED_MESSAGE, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE);
		return;
	}
	if (c->n_said + len + lws_remaining_packet_payload(c->wsi) > INBOUND) {
		refuse(w, c, REFUSED_MESSAGE, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
		return;
	}
	memcpy(c->said + c->n_said, text, len);
	c->n_said += len;
	if (!lws_is_final_fragment(c->wsi))
		return;
	len = c->n_said;
	c->n_said = 0;
	if (len != 4 || memcmp(c->said, "stop", 4))
		refuse(w, c, REFUSED_MESSAGE, LWS_CLOSE_STATUS_POLICY_VIOLATION);
	else if (!w->o.allow_control)
		refuse(w, c, REFUSED_CONTROL, LWS_CLOSE_STATUS_POLICY_VIOLATION);
	else
		w->stop_asked = true;
}

int
live_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct web *w = web_of(wsi);
	struct client *c = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return join(w, c, wsi);
	case LWS_CALLBACK_CLOSED:
		leave(w, c);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return c->close ? say_goodbye(w, c) : send_some(w, c);
	case LWS_CALLBACK_RECEIVE:
		take(w, c, in, len);
		break;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		live_refresh(w);
		break;
	default:
		break;
	}
	return 0;
}
