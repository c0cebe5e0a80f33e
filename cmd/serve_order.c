// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents on their way: ordered, waited for, and sent in parts as the connection has room for them. */
#include <stdlib.h>
#include <string.h>

#include "cmd/serve_server.h"

enum { FRAMING = 16 }; /* bytes around a chunk: "fff0\r\n", "\r\n" */

void
order_forget(struct web *w, struct answer *a)
{
	struct answer **p = &w->orders;

	while (*p && *p != a)
		p = &(*p)->next;
	if (*p)
		*p = a->next;
	order_give_up(w->feed, a->order);
	a->order = NULL;
}

int
order_begin(struct lws *wsi, struct answer *a, struct order *o, const char *type)
{
	struct web *w = web_of(wsi);
	char version[16];
	const char *v = request_header(wsi, WSI_TOKEN_HTTP, version, sizeof(version));

	a->order = o;
	a->type = type;
	a->wsi = wsi;
	a->chunked = v && !strcmp(v, "HTTP/1.1");
	a->last = answer_has_body(wsi) || !a->chunked;
	a->counted = true;
	a->next = w->orders;
	w->orders = a;
	w->n_answers++;
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	lws_callback_on_writable(wsi);
	return 0;
}

void
order_refresh(struct web *w)
{
	for (struct answer *a = w->orders; a; a = a->next)
		if (!a->begun && order_state(w->feed, a->order) != ORDER_WAITS)
			lws_callback_on_writable(a->wsi);
}

void
order_release(struct web *w)
{
	while (w->orders) {
		struct answer *a = w->orders;

		a->last = true;
		order_forget(w, a);
	}
}

static int
begin(struct lws *wsi, struct answer *a, bool *wait)
{
	struct web *w = web_of(wsi);
	enum order_state state = order_state(w->feed, a->order);
	char own[128];

	*wait = state == ORDER_WAITS;
	if (*wait)
		return 0;
	if (state == ORDER_TOO_LARGE)
		return answer_because(wsi, REFUSED_MEMORY, "503 Service Unavailable", "Retry-After: 10\r\n",
				      "the document does not fit into the memory that documents may take (see --memory)");
	if (state == ORDER_UNKNOWN)
		return answer_because(wsi, REFUSED_QUERY, "404 Not Found", "", "no event has this name: /api/stats lists them");
	a->begun = true;
	snprintf(own, sizeof(own), "Content-Type: %s\r\n%s", a->type, a->chunked ? "Transfer-Encoding: chunked\r\n" : "");
	return answer_head(wsi, a, "200 OK", own, strict_policy, "");
}

/* The next piece of the part, as a chunk or as it is. */
static int
write_piece(struct lws *wsi, struct answer *a)
{
	struct web *w = web_of(wsi);
	size_t most = CHUNK - FRAMING, n = a->part.len - a->sent < most ? a->part.len - a->sent : most, len = 0;
	char *to = (char *)w->scratch + LWS_PRE;

	if (a->chunked)
		len = (size_t)sprintf(to, "%zx\r\n", n);
	memcpy(to + len, a->part.data + a->sent, n);
	len += n;
	if (a->chunked) {
		memcpy(to + len, "\r\n", 2);
		len += 2;
	}
	a->sent += n;
	return lws_write(wsi, (unsigned char *)to, len, LWS_WRITE_HTTP) < 0 ? -1 : 0;
}

static int
end(struct lws *wsi, struct answer *a)
{
	struct web *w = web_of(wsi);
	bool last = a->last;

	if (a->chunked) {
		memcpy(w->scratch + LWS_PRE, "0\r\n\r\n", 5);
		if (lws_write(wsi, w->scratch + LWS_PRE, 5, LWS_WRITE_HTTP) < 0)
			return -1;
	}
	answer_forget(w, a);
	return last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

int
order_send(struct lws *wsi, struct answer *a)
{
	bool wait = false;

	if (!a->begun) {
		if (begin(wsi, a, &wait))
			return -1;
		if (wait)
			return 0;
	} else {
		if (a->sent == a->part.len) {
			a->part.len = a->sent = 0;
			if (!order_more(a->order, &a->part))
				return end(wsi, a);
		}
		if (a->part.len && write_piece(wsi, a))
			return -1;
	}
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, SEND_SECONDS);
	lws_callback_on_writable(wsi);
	return 0;
}
