// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes to harmless text: "a<b\x1b" becomes "a&lt;b\x1b". */
#include "flame/escape.h"

#include "base/utf8.h"

/* Characters that hide, or that change the order in which others are shown. */
static const struct range {
	uint32_t first, last;
} invisible[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x180e, 0x180e},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
	{0xfffe, 0xffff}, {0xe0000, 0xe007f},
};

static uint32_t
decode(const char *p, size_t n)
{
	static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (unsigned char)p[0] & lead[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

static bool
is_invisible(uint32_t c)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (c >= invisible[i].first && c <= invisible[i].last)
			return true;
	return false;
}

/* The number of leading bytes that are plain ASCII, most often all of them. */
static size_t
plain(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	return n;
}

void
escape_visible(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t c;

		n = plain(text + i, len - i);
		if (n) {
			buf_add(out, text + i, n);
			continue;
		}
		n = utf8_length(text + i, len - i);
		c = n ? decode(text + i, n) : (unsigned char)text[i];
		if (!n || c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else if (is_invisible(c))
			buf_printf(out, "\\u%04x", c);
		else
			buf_add(out, text + i, n);
		n += !n;
	}
}

static const char *
entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
escape_xml(struct buf *out, const char *text, size_t len, bool ascii)
{
	for (size_t i = 0, n, run; i < len; i += n) {
		const char *replacement = NULL;

		for (run = i; run < len && !(replacement = entity(text[run])) && ((unsigned char)text[run] < 0x80 || !ascii); run++)
			;
		buf_add(out, text + i, run - i);
		n = run - i;
		if (run == len)
			break;
		if (replacement) {
			buf_puts(out, replacement);
			n++;
		} else {
			size_t character = utf8_length(text + run, len - run);

			buf_printf(out, "&#x%x;", character ? decode(text + run, character) : 0xfffd);
			n += character + !character;
		}
	}
}

void
escape_json(struct buf *out, const char *text, size_t len)
{
	struct buf visible = {0};

	escape_visible(&visible, text, len);
	for (size_t i = 0; i < visible.len; i++) {
		char c = visible.data[i];

		if (c == '<' || c == '>' || c == '&')
			buf_printf(out, "\\u%04x", (unsigned)c);
		else if (c == '"' || c == '\\')
			buf_add(out, (char[]){'\\', c}, 2);
		else
			buf_char(out, c);
	}
	buf_free(&visible);
}
