// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers over HTTP: their headers, and their body a piece at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/serve_server.h"

const char strict_policy[] = "default-src 'none'; sandbox; frame-ancestors 'none'";

struct answer *
answer_of(struct lws *wsi)
{
	struct answer *a = lws_get_opaque_user_data(wsi);

	if (!a) {
		a = xcalloc(1, sizeof(*a));
		lws_set_opaque_user_data(wsi, a);
	}
	return a;
}

void
answer_forget(struct web *w, struct answer *a)
{
	if (a->counted)
		w->n_answers--;
	if (a->order)
		order_forget(w, a);
	buf_free(&a->part);
	*a = (struct answer){0};
}

/* Whether more comes after the headers. */
bool
answer_has_body(struct lws *wsi)
{
	char length[24];
	const char *v = request_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof(length));

	return !v || (*v && strcmp(v, "0")) || lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
}

/* Writes the headers, and `body` along with them. `own` are further headers, each with its end of line. The length of what
 * comes in parts is not known. */
int
answer_head(struct lws *wsi, const struct answer *a, const char *status, const char *own, const char *policy, const char *body)
{
	struct buf b = {0};
	int n;

	buf_reserve(&b, LWS_PRE);
	b.len = LWS_PRE;
	buf_printf(&b, "HTTP/1.1 %s\r\n%s", status, own);
	if (strncmp(status, "204", 3) && !a->type)
		buf_printf(&b, "Content-Length: %zu\r\n", a->len);
	buf_printf(&b,
		   "Content-Security-Policy: %s\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
		   "Cache-Control: no-store\r\nCross-Origin-Opener-Policy: same-origin\r\n"
		   "Cross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\n%s\r\n%s",
		   policy, a->last ? "Connection: close\r\n" : "", body);
	n = lws_write(wsi, (unsigned char *)b.data + LWS_PRE, b.len - LWS_PRE, LWS_WRITE_HTTP_HEADERS);
	buf_free(&b);
	return n < 0 ? -1 : 0;
}

int
answer(struct lws *wsi, struct answer *a, const char *status, const char *headers, const char *policy)
{
	a->last = answer_has_body(wsi);
	if (answer_head(wsi, a, status, headers, policy, ""))
		return -1;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0)
		a->len = 0;
	a->counted = true;
	web_of(wsi)->n_answers++;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, SEND_SECONDS);
	lws_callback_on_writable(wsi);
	return 0;
}

int
answer_refusal(struct lws *wsi, enum refusal why, const char *status, const char *headers)
{
	return answer_because(wsi, why, status, headers, status);
}

int
answer_because(struct lws *wsi, enum refusal why, const char *status, const char *headers, const char *sentence)
{
	struct answer a = {.len = strlen(sentence) + 1, .last = true};
	bool head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	char own[256], body[256];

	web_refuse(web_of(wsi), why);
	snprintf(own, sizeof(own), "Content-Type: text/plain; charset=utf-8\r\n%s", headers);
	snprintf(body, sizeof(body), "%s\n", sentence);
	answer_head(wsi, &a, status, own, strict_policy, head ? "" : body);
	return -1;
}

int
answer_send(struct lws *wsi, struct answer *a)
{
	struct web *w = web_of(wsi);
	size_t n = a->len - a->sent < CHUNK ? a->len - a->sent : CHUNK;
	bool end = a->sent + n == a->len, last = a->last;

	if (!a->counted)
		return 0;
	if (a->order)
		return order_send(wsi, a);
	if (n) {
		memcpy(w->scratch + LWS_PRE, a->body + a->sent, n);
		if (lws_write(wsi, w->scratch + LWS_PRE, n, end ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
			return -1;
		a->sent += n;
	}
	if (!end) {
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, SEND_SECONDS);
		lws_callback_on_writable(wsi);
		return 0;
	}
	answer_forget(w, a);
	return last || lws_http_transaction_completed(wsi) ? -1 : 0;
}
