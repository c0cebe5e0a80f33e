// SPDX-License-Identifier: GPL-2.0-or-later
/* The routes: the page, the documents for scripts, and the door to /live. All is in memory: no path of a request ever
 * names a file. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "cmd/serve_server.h"
#include "viewer/page.h"

struct route {
	const char *path, *type;
	enum { ROUTE_PAGE, ROUTE_NOTHING, ROUTE_LIVE, ROUTE_DOCUMENT } kind;
	enum feed_document document;
};

static const struct route routes[] = {
	{"/", "text/html; charset=utf-8", ROUTE_PAGE, 0},
	{"/favicon.ico", "", ROUTE_NOTHING, 0},
	{"/live", "", ROUTE_LIVE, 0},
	{"/api/tree.json", "application/json", ROUTE_DOCUMENT, FEED_TREE_JSON},
	{"/api/folded", "text/plain; charset=utf-8", ROUTE_DOCUMENT, FEED_FOLDED},
	{"/api/flame.svg", "image/svg+xml", ROUTE_DOCUMENT, FEED_FLAME_SVG},
	{"/api/stats", "application/json", ROUTE_DOCUMENT, FEED_STATS},
	{NULL},
};

/* ---- the page ---- */

static void
compress_page(const struct buf *page, struct buf *out)
{
	z_stream z = {0};

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	buf_reserve(out, deflateBound(&z, page->len));
	z.next_in = (unsigned char *)page->data;
	z.avail_in = (unsigned)page->len;
	z.next_out = (unsigned char *)out->data;
	z.avail_out = (unsigned)out->cap;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		out->len = z.total_out;
	deflateEnd(&z);
}

void
http_make_page(struct web *w)
{
	page_write(&(struct page){.title = "pb"}, &w->page);
	compress_page(&w->page, &w->small_page);
}

/* ---- what a request says ---- */

/* A header's value; "" when it is not there, NULL when it does not fit. */
const char *
request_header(struct lws *wsi, enum lws_token_indexes which, char *to, size_t size)
{
	int len = lws_hdr_total_length(wsi, which);

	*to = 0;
	if (len >= (int)size)
		return NULL;
	if (len > 0 && lws_hdr_copy(wsi, to, (int)size, which) < 0)
		return NULL;
	return to;
}

/* Writes %26 for each '&' of these bytes, and %25 for '%'. False: that does not fit. */
static bool
encode(char *text, size_t *len, size_t n, size_t size)
{
	for (size_t i = *len; i < *len + n; i++) {
		if (text[i] != '&' && text[i] != '%')
			continue;
		if (*len + n + 2 >= size)
			return false;
		memmove(text + i + 3, text + i + 1, *len + n - i - 1);
		memcpy(text + i, text[i] == '&' ? "%26" : "%25", 3);
		n += 2;
		i += 2;
	}
	*len += n;
	text[*len] = 0;
	return true;
}

/* What follows '?': the library has taken it apart at each '&', and decoded it. NULL when it does not fit. */
static const char *
query(struct lws *wsi, char *to, size_t size)
{
	size_t len = 0;

	*to = 0;
	for (int i = 0; lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i) > 0; i++) {
		int n;

		if (i && len + 1 < size)
			to[len++] = '&';
		n = lws_hdr_copy_fragment(wsi, to + len, (int)(size - len), WSI_TOKEN_HTTP_URI_ARGS, i);
		if (n < 0 || !encode(to, &len, (size_t)n, size))
			return NULL;
	}
	return to;
}

static bool
is_method(struct lws *wsi, enum lws_token_indexes method)
{
	return lws_hdr_total_length(wsi, method) > 0;
}

/* Whether the word is in a comma-separated list, and not with q=0. */
static bool
accepts_gzip(struct lws *wsi)
{
	char text[256];
	const char *p = request_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, text, sizeof(text));

	while (p && *p) {
		size_t len;

		p += strspn(p, " \t,");
		len = strcspn(p, ",");
		if (len >= 4 && !strncasecmp(p, "gzip", 4) && (len == 4 || strchr(" ;", p[4])))
			return !strstr(p + 4, ";q=0,") && strcmp(p + len - (len > 4 ? 4 : 0), ";q=0");
		p += len;
	}
	return false;
}

/* Whether the request may go on, or why not. */
static bool
is_ours(struct lws *wsi, enum refusal *why)
{
	const struct guard *g = web_of(wsi)->o.guard;
	char text[512], from[512];
	const char *host = request_header(wsi, WSI_TOKEN_HOST, text, sizeof(text));
	const char *origin = request_header(wsi, WSI_TOKEN_ORIGIN, from, sizeof(from));

	*why = REFUSED_HOST;
	if (!host || !guard_host(g, host))
		return false;
	*why = REFUSED_ORIGIN;
	return origin && (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) <= 0 || guard_origin(origin, host));
}

static int
answer_page(struct lws *wsi, struct answer *a)
{
	struct web *w = web_of(wsi);
	bool small = w->small_page.len && accepts_gzip(wsi);
	const struct buf *b = small ? &w->small_page : &w->page;

	a->body = b->data;
	a->len = b->len;
	return answer(wsi, a, "200 OK",
		      small ? "Content-Type: text/html; charset=utf-8\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\n"
			    : "Content-Type: text/html; charset=utf-8\r\nVary: Accept-Encoding\r\n",
		      page_policy);
}

static int
answer_document(struct lws *wsi, struct answer *a, const struct route *r)
{
	struct web *w = web_of(wsi);
	char text[2048];
	const char *given = request_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, text, sizeof(text)), *asked;
	struct buf why = {0};
	struct order *o;
	int status;

	if (!given || !guard_bearer(w->o.guard, given))
		return answer_refusal(wsi, REFUSED_TOKEN, "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"pb-serve\"\r\n");
	if (is_method(wsi, WSI_TOKEN_HEAD_URI)) {
		snprintf(text, sizeof(text), "Content-Type: %s\r\n", r->type);
		a->type = r->type;
		return answer(wsi, a, "200 OK", text, strict_policy);
	}
	asked = query(wsi, text, sizeof(text));
	o = asked ? feed_order(w->feed, r->document, asked, &why) : NULL;
	if (o)
		return order_begin(wsi, a, o, r->type);
	if (asked && !why.len)
		return answer_refusal(wsi, REFUSED_BUSY, "503 Service Unavailable", "Retry-After: 1\r\n");
	status = answer_because(wsi, REFUSED_QUERY, "400 Bad Request", "", asked ? buf_cstr(&why) : "the query is too long");
	buf_free(&why);
	return status;
}

static int
take_request(struct lws *wsi, const char *path, size_t len)
{
	struct answer *a = answer_of(wsi);
	const struct route *r = routes;
	enum refusal why;

	answer_forget(web_of(wsi), a);
	if (!is_ours(wsi, &why))
		return answer_refusal(wsi, why, "403 Forbidden", "");
	if (!is_method(wsi, WSI_TOKEN_GET_URI) && !is_method(wsi, WSI_TOKEN_HEAD_URI))
		return answer_refusal(wsi, REFUSED_METHOD, "405 Method Not Allowed", "Allow: GET, HEAD\r\n");
	while (r->path && (strlen(r->path) != len || memcmp(r->path, path, len))) /* a NUL is no end */
		r++;
	if (!r->path)
		return answer_refusal(wsi, REFUSED_ROUTE, "404 Not Found", "");
	if (r->kind == ROUTE_LIVE)
		return answer_refusal(wsi, REFUSED_UPGRADE, "426 Upgrade Required", "Upgrade: websocket\r\n");
	if (r->kind == ROUTE_NOTHING)
		return answer(wsi, a, "204 No Content", "", strict_policy);
	return r->kind == ROUTE_PAGE ? answer_page(wsi, a) : answer_document(wsi, a, r);
}

/* The door to the live messages. 0 opens it. */
static int
take_upgrade(struct lws *wsi, const char *to)
{
	struct web *w = web_of(wsi);
	char text[512];
	const char *offered;
	uint64_t epoch, at;
	enum refusal why;

	answer_forget(w, answer_of(wsi));
	if (!is_ours(wsi, &why))
		return answer_refusal(wsi, why, "403 Forbidden", "");
	offered = request_header(wsi, WSI_TOKEN_GET_URI, text, sizeof(text));
	if (strcasecmp(to, "websocket") || !offered || strcmp(offered, "/live"))
		return answer_refusal(wsi, REFUSED_UPGRADE, "404 Not Found", "");
	offered = request_header(wsi, WSI_TOKEN_PROTOCOL, text, sizeof(text));
	if (!offered || !guard_subprotocols(w->o.guard, offered))
		return answer_refusal(wsi, REFUSED_TOKEN, "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"pb-serve\"\r\n");
	if (!live_query(wsi, &epoch, &at))
		return answer_refusal(wsi, REFUSED_QUERY, "400 Bad Request", "");
	return 0;
}

int
http_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct web *w = web_of(wsi);

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_WSI_CREATE:
		w->n_connections++;
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		web_forget(w, wsi);
		break;
	case LWS_CALLBACK_CLOSED_HTTP:
		web_left(w, wsi);
		break;
	case LWS_CALLBACK_RAW_ADOPT: /* what the library makes of CONNECT */
	case LWS_CALLBACK_RAW_RX:
		web_refuse(w, REFUSED_METHOD);
		return -1;
	case LWS_CALLBACK_HTTP:
		return take_request(wsi, in, len);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return take_upgrade(wsi, in);
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		order_refresh(w);
		break;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return answer_send(wsi, answer_of(wsi));
	default:
		break;
	}
	return 0;
}
