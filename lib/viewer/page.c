// SPDX-License-Identifier: GPL-2.0-or-later
/* The viewer as one document: "<!doctype html>…<style>…<script type=application/json id=profile>…<script>…". */
#include "viewer/page.h"

#include <stdbool.h>

extern const char viewer_js[], viewer_js_end[], viewer_css[], viewer_css_end[];

/* Nothing but the script and the style of this very text runs or dresses the page (the Makefile has their hashes), and
 * nothing is asked for. */
#define POLICY "default-src 'none'; script-src '" SCRIPT_HASH "'; style-src '" STYLE_HASH "'; img-src data: blob:; " \
	"base-uri 'none'; form-action 'none'"
#define LIVE_POLICY POLICY "; connect-src 'self'"

const char page_policy[] = LIVE_POLICY "; frame-ancestors 'none'"; /* which a page cannot say of itself */

/* U+2028 and U+2029, the ends of lines that JSON allows inside a text: e2 80 a8, e2 80 a9. */
static bool
is_line_end(const char *p, size_t len)
{
	return len >= 3 && (unsigned char)p[0] == 0xe2 && (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] | 1) == 0xa9;
}

/* JSON whose texts no longer hold what means something to a reader of HTML; outside texts it has none of that. */
static void
add_data(struct buf *out, const char *data, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		char c = data[i];
		bool end = is_line_end(data + i, len - i);

		if (c != '<' && c != '>' && c != '&' && !end)
			continue;
		buf_add(out, data + from, i - from);
		buf_printf(out, "\\u%04x", end ? 0x2000u | ((unsigned char)data[i + 2] & 0x3f) : (unsigned)c);
		i += end ? 2 : 0;
		from = i + 1;
	}
	buf_add(out, data + from, len - from);
}

void
page_write(const struct page *page, struct buf *out)
{
	buf_puts(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"");
	buf_puts(out, page->data ? POLICY : LIVE_POLICY);
	buf_puts(out, "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n"
		      "<link rel=\"icon\" href=\"data:,\">\n<title>"); /* else a browser asks for /favicon.ico */
	buf_puts(out, page->title);
	buf_puts(out, "</title>\n<style>");
	buf_add(out, viewer_css, (size_t)(viewer_css_end - viewer_css));
	buf_puts(out, "</style>\n</head>\n<body>\n<noscript>This page draws a profile with JavaScript, which is switched off "
		      "here.</noscript>\n");
	if (page->data) {
		buf_puts(out, "<script type=\"application/json\" id=\"profile\">");
		add_data(out, page->data, page->len);
		buf_puts(out, "</script>\n");
	}
	buf_puts(out, "<script>");
	buf_add(out, viewer_js, (size_t)(viewer_js_end - viewer_js));
	buf_puts(out, "</script>\n</body>\n</html>\n");
}
