/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of pb-serve's server share: serve_web.c (connections), serve_http.c (routes), serve_live.c (WebSocket). */
#ifndef CMD_SERVE_SERVER_H
#define CMD_SERVE_SERVER_H

#include <libwebsockets.h>

#include "cmd/serve_web.h"

#define SEND_SECONDS 30 /* for a chunk */

/* Also what is written at a time, and so what a connection may keep buffered. */
#define CHUNK ((size_t)16 << 10)

/* Why something was refused: each is said once, and counted. */
enum refusal {
	REFUSED_FULL,
	REFUSED_FILES,
	REFUSED_HEADERS,
	REFUSED_HOST,
	REFUSED_ORIGIN,
	REFUSED_METHOD,
	REFUSED_ROUTE,
	REFUSED_QUERY,
	REFUSED_TOKEN,
	REFUSED_UPGRADE,
	REFUSED_CLIENTS,
	REFUSED_BUSY,
	REFUSED_MEMORY,
	REFUSED_MESSAGE,
	REFUSED_CONTROL,
	REFUSED_SLOW,
	REFUSALS
};

struct client;

struct web {
	struct web_options o;
	struct feed *feed;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws *listener;
	bool deaf; /* not looked at until the next tick */
	struct client *clients; /* live ones, in no order */
	uint64_t n_clients, n_connections, max_connections;
	struct answer *orders; /* documents that were ordered, and not yet sent */
	unsigned n_answers;   /* of any kind */
	bool stop_asked, visited, closing;
	struct buf page, small_page; /* the page as it is, and compressed */
	uint64_t refused[REFUSALS];
	lws_sorted_usec_list_t tick, alarm;
	unsigned char scratch[LWS_PRE + CHUNK];
};

struct web *web_of(struct lws *wsi);
void web_refuse(struct web *w, enum refusal why);

/* A connection is about to end. */
void web_left(struct web *w, struct lws *wsi);
/* A connection has ended: what it held is given back. */
void web_forget(struct web *w, struct lws *wsi);

/* What is on its way to a connection, and that it has made a request at all: a body, or a document that comes in parts. */
struct answer {
	const char *body;
	size_t len, sent; /* of the body, or the part */
	bool counted; /* in n_answers */
	bool last;    /* the connection ends with it */

	struct order *order; /* or NULL */
	const char *type;
	struct buf part; /* owned */
	bool begun;	 /* its headers were sent */
	bool chunked;	 /* else the connection's end is the document's */
	struct lws *wsi;
	struct answer *next; /* in web.orders */
};

/* serve_answer.c; what returns int is a callback's result, -1 ending the connection */
extern const char strict_policy[]; /* for what is no page */
struct answer *answer_of(struct lws *wsi);
void answer_forget(struct web *w, struct answer *a);
/* Begins to answer with the body in *a. `headers` are further ones, each with its end of line. */
int answer(struct lws *wsi, struct answer *a, const char *status, const char *headers, const char *policy);
bool answer_has_body(struct lws *wsi); /* the request has, which nobody here reads */
int answer_head(struct lws *wsi, const struct answer *a, const char *status, const char *own, const char *policy, const char *body);
int answer_send(struct lws *wsi, struct answer *a); /* the next piece */

/* serve_order.c: the answers that are documents */
int order_begin(struct lws *wsi, struct answer *a, struct order *o, const char *type);
int order_send(struct lws *wsi, struct answer *a);
void order_forget(struct web *w, struct answer *a);
void order_refresh(struct web *w); /* looks which of them are ready */
void order_release(struct web *w); /* gives all of them up */
int answer_refusal(struct lws *wsi, enum refusal why, const char *status, const char *headers);
int answer_because(struct lws *wsi, enum refusal why, const char *status, const char *headers, const char *sentence);

/* serve_http.c */
int http_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
void http_make_page(struct web *w);
/* A header's value; "" when it is not there, NULL when it does not fit. */
const char *request_header(struct lws *wsi, enum lws_token_indexes which, char *to, size_t size);

/* serve_live.c */
extern const size_t client_size;
int live_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
void live_refresh(struct web *w); /* each client looks for news */
void live_close(struct web *w); /* says goodbye */
void live_release(struct web *w); /* gives messages back */
void live_drop_slow(struct web *w); /* as many as it takes for the others to fit into memory */
bool live_settled(const struct web *w);
/* Whether the query of a request to /live, "epoch=E&at=A" or none, is good. */
bool live_query(struct lws *wsi, uint64_t *epoch, uint64_t *at);

#endif
