// SPDX-License-Identifier: GPL-2.0-or-later
/* Records to lines of text. The way back is in text_get.c. */
#include "stream/text.h"

#include <string.h>

#include "base/utf8.h"

struct label {
	const char *text; /* " module=" */
	size_t len;
};

enum { FIELDS_MAX = 16, LINE_ROOM = 1024 /* more than a line's names and numbers take */ };

#define LABEL(name)	     {" " #name "=", sizeof(" " #name "=") - 1},
#define U(name, doc)	     LABEL(name)
#define D(name, doc)	     LABEL(name)
#define ADDR(name, doc)	     LABEL(name)
#define REF(name, kind, doc) LABEL(name)
#define OPT(name, kind, doc) LABEL(name)
#define BACK(name, doc)	     LABEL(name)
#define STR(name, doc)	     LABEL(name)
#define HEX(name, doc)	     LABEL(name)
#define RECORD(name, type, doc, fields) [type] = {fields},
static const struct label labels[RECORD_TYPES][FIELDS_MAX] = {
#include "stream/records.def"
};
#undef RECORD
#define RECORD(name, type, doc, fields) [type] = {#name, sizeof(#name) - 1},
static const struct label names[RECORD_TYPES] = {
#include "stream/records.def"
};
#undef RECORD
#undef U
#undef D
#undef ADDR
#undef REF
#undef OPT
#undef BACK
#undef STR
#undef HEX

/* The types that others refer to, as bits: their ids are shown. */
#define U(name, doc)
#define D(name, doc)
#define ADDR(name, doc)
#define REF(name, kind, doc) | 1u << RECORD_##kind
#define OPT(name, kind, doc) | 1u << RECORD_##kind
#define BACK(name, doc)
#define STR(name, doc)
#define HEX(name, doc)
#define RECORD(name, type, doc, fields) fields
static const uint32_t with_id = 0
#include "stream/records.def"
	;
#undef RECORD

static const char two_digits[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
				 "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
				 "8081828384858687888990919293949596979899";

static char *
put_decimal(char *to, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	for (; v >= 100; v /= 100)
		memcpy(text + (at -= 2), two_digits + v % 100 * 2, 2);
	if (v >= 10)
		memcpy(text + (at -= 2), two_digits + v * 2, 2);
	else
		text[--at] = (char)('0' + v);
	memcpy(to, text + at, sizeof(text) - at);
	return to + sizeof(text) - at;
}

static char *
put_hex(char *to, uint64_t v)
{
	int digits = v ? (67 - __builtin_clzll(v)) / 4 : 1;

	*to++ = '0';
	*to++ = 'x';
	while (digits--)
		*to++ = "0123456789abcdef"[v >> digits * 4 & 15];
	return to;
}

/* Whether a well-formed UTF-8 sequence is shown as it is: not C1 controls, and nothing that reorders or breaks lines. */
static bool
shown(const uint8_t *p, size_t len)
{
	if (len == 2)
		return p[0] != 0xc2 || p[1] >= 0xa0;
	if (len == 3 && p[0] == 0xe2 && p[1] == 0x80)
		return !(p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae));
	if (len == 3 && p[0] == 0xe2 && p[1] == 0x81)
		return !(p[2] >= 0xa6 && p[2] <= 0xa9);
	return !(len == 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf);
}

static bool
plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One byte that is not plain, or a sequence of several that is shown as it is; returns its length. */
static size_t
put_odd(char **to, const uint8_t *p, size_t n)
{
	size_t len = *p < 0x80 ? 1 : utf8_length(p, n);

	if (len > 1 && shown(p, len)) {
		memcpy(*to, p, len);
		*to += len;
		return len;
	}
	*(*to)++ = '\\';
	if (*p == '"' || *p == '\\') {
		*(*to)++ = (char)*p;
	} else if (*p == '\n') {
		*(*to)++ = 'n';
	} else {
		*(*to)++ = 'x';
		*(*to)++ = "0123456789abcdef"[*p >> 4];
		*(*to)++ = "0123456789abcdef"[*p & 15];
	}
	return 1;
}

static void
put_text(struct buf *out, struct text t)
{
	const uint8_t *p = (const uint8_t *)t.data;
	char *to;
	size_t i = 0;

	buf_reserve(out, t.len * 4 + LINE_ROOM);
	to = out->data + out->len;
	*to++ = '"';
	while (i < t.len) {
		if (plain(p[i]))
			*to++ = (char)p[i++];
		else
			i += put_odd(&to, p + i, t.len - i);
	}
	*to++ = '"';
	out->len = (size_t)(to - out->data);
}

static void
put_bytes(struct buf *out, struct text t)
{
	buf_reserve(out, t.len * 2 + LINE_ROOM);
	for (size_t i = 0; i < t.len; i++) {
		out->data[out->len++] = "0123456789abcdef"[(uint8_t)t.data[i] >> 4];
		out->data[out->len++] = "0123456789abcdef"[(uint8_t)t.data[i] & 15];
	}
}

/* A field that is a number; v is as it is coded. */
static char *
put_number(char *to, enum field_kind kind, uint32_t id, uint64_t v)
{
	if (kind == FIELD_ADDR)
		return put_hex(to, v);
	if (kind == FIELD_OPT || kind == FIELD_BACK) {
		if (!v) {
			*to = '-';
			return to + 1;
		}
		v = kind == FIELD_OPT ? v - 1 : id - v;
	}
	return put_decimal(to, v);
}

static char *
put_head(char *to, enum record_type type, uint32_t id)
{
	memcpy(to, names[type].text, names[type].len);
	to += names[type].len;
	if (!(with_id >> type & 1))
		return to;
	*to++ = ' ';
	*to++ = '#';
	return put_decimal(to, id);
}

void
text_put(struct buf *out, enum record_type type, uint32_t id, const union any_record *r)
{
	const char *from = (const char *)r;
	const struct label *label = labels[type];
	char *to;

	buf_reserve(out, LINE_ROOM);
	to = put_head(out->data + out->len, type, id);
	for (const struct field_info *f = record_infos[type].fields; f->kind; f++, label++) {
		memcpy(to, label->text, label->len);
		to += label->len;
		if (f->kind != FIELD_STR && f->kind != FIELD_HEX) {
			to = put_number(to, f->kind, id, *(const uint64_t *)(const void *)from);
			from += sizeof(uint64_t);
			continue;
		}
		out->len = (size_t)(to - out->data);
		(f->kind == FIELD_STR ? put_text : put_bytes)(out, *(const struct text *)(const void *)from);
		from += sizeof(struct text);
		to = out->data + out->len;
	}
	*to++ = '\n';
	out->len = (size_t)(to - out->data);
}

void
text_put_block(struct buf *out, uint32_t type, struct text payload)
{
	buf_puts(out, "block type=");
	buf_decimal(out, type);
	buf_puts(out, " data=");
	put_bytes(out, payload);
	buf_char(out, '\n');
}
