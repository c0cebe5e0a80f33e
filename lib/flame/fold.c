// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing folded text: "operator new" becomes "operator new", "a;b" becomes "a:b", "f\n" becomes "f\x0a". */
#include "flame/fold.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "flame/count.h"

/* The offset of the blank in front of what would be read as a count ("worker 12", "pool 1.5"), or len. */
static size_t
find_false_count(const char *name, size_t len)
{
	size_t at = len;

	while (at && is_digit(name[at - 1]))
		at--;
	if (at && name[at - 1] == '.') {
		at--;
		while (at && is_digit(name[at - 1]))
			at--;
	}
	return at < len && is_digit(name[at]) && at && is_blank(name[at - 1]) ? at - 1 : len;
}

/* U+2028 and U+2029, where JavaScript and Python see a line end, and U+FEFF, a mark that many readers drop. */
static bool
is_separator(const char *p, size_t len)
{
	return len == 3 && (!memcmp(p, "\xe2\x80\xa8", 3) || !memcmp(p, "\xe2\x80\xa9", 3) || !memcmp(p, "\xef\xbb\xbf", 3));
}

/* Control characters, including U+0080 to U+009F, what acts like them, and what is not UTF-8. */
static bool
is_unsafe(const char *p, size_t len)
{
	unsigned char c = (unsigned char)*p;

	return !len || c < 0x20 || c == 0x7f || (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0) || is_separator(p, len);
}

static void
add_escaped(struct buf *out, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "\\x%02x", (unsigned char)p[i]);
}

void
fold_name(struct buf *out, const char *name, size_t len)
{
	size_t false_count = find_false_count(name, len), i = 0;

	if (!len)
		buf_puts(out, "[unnamed]");
	if (len && name[0] == '#' && (len == 1 || is_blank(name[1]))) {
		add_escaped(out, name, 1);
		i = 1;
	}
	while (i < len) {
		size_t n = utf8_length(name + i, len - i);

		if (name[i] == ';')
			buf_char(out, ':');
		else if (is_blank(name[i]) && (i == false_count || i == 0 || i == len - 1))
			buf_char(out, '_');
		else if (is_unsafe(name + i, n))
			add_escaped(out, name + i, n ? n : 1);
		else
			buf_add(out, name + i, n);
		i += n ? n : 1;
	}
}
