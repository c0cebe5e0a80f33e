// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of text to records: what a person may write is read here, so the messages matter. */
#include "stream/text.h"

#include <string.h>


/* What is left of a line. */
struct rest {
	const char *p, *end;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
at_word_end(const struct rest *rest)
{
	return rest->p == rest->end || is_blank(*rest->p);
}

static void
skip_blanks(struct rest *rest)
{
	while (rest->p < rest->end && is_blank(*rest->p))
		rest->p++;
}

/* At the end of the line, or where "# a comment" starts. */
static bool
at_end(const struct rest *rest)
{
	return rest->p == rest->end || (*rest->p == '#' && (rest->end - rest->p == 1 || is_blank(rest->p[1])));
}

/* The length of the word at hand, up to a blank or one of `stop`. */
static size_t
word_length(const struct rest *rest, char stop)
{
	const char *p = rest->p;

	while (p < rest->end && !is_blank(*p) && *p != stop)
		p++;
	return (size_t)(p - rest->p);
}

static bool
is_word(const struct rest *rest, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(rest->p, word, len);
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return 16;
}

/* Decimal, or hexadecimal after 0x; takes the whole word. */
static bool
get_number(struct rest *rest, uint64_t *value)
{
	const char *start;
	int base = 10;
	uint64_t v = 0;

	if (rest->end - rest->p > 2 && rest->p[0] == '0' && (rest->p[1] | 32) == 'x') {
		rest->p += 2;
		base = 16;
	}
	for (start = rest->p; rest->p < rest->end; rest->p++) {
		int digit = digit_value(*rest->p);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) || __builtin_add_overflow(v, (uint64_t)digit, &v))
			return false;
	}
	*value = v;
	return rest->p > start && at_word_end(rest);
}

/* Bytes as pairs of hexadecimal digits. */
static bool
get_bytes(struct text_reader *t, struct rest *rest, struct text *value)
{
	const char *start = t->texts.data + t->texts.len;

	for (; !at_word_end(rest); rest->p += 2) {
		int high = digit_value(*rest->p), low = rest->end - rest->p > 1 ? digit_value(rest->p[1]) : 16;

		if (high > 15 || low > 15)
			return false;
		t->texts.data[t->texts.len++] = (char)(high << 4 | low);
	}
	*value = text_of(start, (size_t)(t->texts.data + t->texts.len - start));
	return true;
}

/* The byte meant by what follows a backslash, or -1. */
static int
get_escape(struct rest *rest)
{
	const char *p = rest->p;

	if (rest->end - p >= 1 && (*p == '"' || *p == '\\' || *p == 'n')) {
		rest->p++;
		return *p == 'n' ? '\n' : *p;
	}
	if (rest->end - p < 3 || *p != 'x' || digit_value(p[1]) > 15 || digit_value(p[2]) > 15)
		return -1;
	rest->p += 3;
	return digit_value(p[1]) << 4 | digit_value(p[2]);
}

static const char *
get_quoted(struct text_reader *t, struct rest *rest, struct text *value)
{
	char *start = t->texts.data + t->texts.len, *to = start;

	if (rest->p == rest->end || *rest->p++ != '"')
		return "text must stand in double quotes";
	while (rest->p < rest->end && *rest->p != '"') {
		int c = (unsigned char)*rest->p++;

		if (c == '\\' && (c = get_escape(rest)) < 0)
			return "wrong escape; there are \\\" \\\\ \\n and \\x with two digits";
		*to++ = (char)c;
	}
	if (rest->p == rest->end)
		return "text without its closing quote";
	rest->p++;
	t->texts.len += (size_t)(to - start);
	*value = text_of(start, (size_t)(to - start));
	return at_word_end(rest) ? NULL : "a blank is missing after the text";
}

/* A number as it is coded: relative ones from the absolute ones of the text. */
static const char *
get_coded(struct text_reader *t, struct rest *rest, const struct field_info *f, enum record_type type, uint64_t *value)
{
	bool may_lack = f->kind == FIELD_OPT || f->kind == FIELD_BACK;

	if (may_lack && word_length(rest, 0) == 1 && *rest->p == '-') {
		rest->p++;
		*value = 0;
		return NULL;
	}
	if (!get_number(rest, value))
		return may_lack ? "not a number or '-'" : "not a number from 0 to 18446744073709551615";
	if (f->kind == FIELD_OPT && ++*value == 0)
		return "the largest number cannot be referred to";
	if (f->kind == FIELD_BACK && (*value = t->ids[type] - *value) == 0)
		return "is the record itself";
	return NULL;
}

static const char *
get_field(struct text_reader *t, struct rest *rest, const struct field_info *f, enum record_type type, char *to)
{
	if (f->kind == FIELD_STR)
		return get_quoted(t, rest, (struct text *)(void *)to);
	if (f->kind == FIELD_HEX)
		return get_bytes(t, rest, (struct text *)(void *)to) ? NULL : "not pairs of hexadecimal digits";
	return get_coded(t, rest, f, type, (uint64_t *)(void *)to);
}

static size_t
field_size(const struct field_info *f)
{
	return f->kind == FIELD_STR || f->kind == FIELD_HEX ? sizeof(struct text) : sizeof(uint64_t);
}

/* Which field is named here. `guess` is the one after the field before; *at becomes where it lies in the record. */
static int
find_field(const struct field_info *fields, const struct rest *rest, size_t len, int guess, size_t *at)
{
	if (fields[guess].kind && is_word(rest, len, fields[guess].name))
		return guess;
	*at = 0;
	for (int i = 0; fields[i].kind; *at += field_size(&fields[i++]))
		if (is_word(rest, len, fields[i].name))
			return i;
	return -1;
}

static bool
get_fields(struct text_reader *t, struct rest *rest, struct text_line *out, struct err *err)
{
	const struct record_info *info = &record_infos[out->type];
	size_t at = 0;

	for (int i = 0; skip_blanks(rest), !at_end(rest); i++) {
		size_t len = word_length(rest, '=');
		const char *wrong;

		if (rest->p + len == rest->end || rest->p[len] != '=')
			return err_set(err, "%s: '%.*s' is not a field=value", info->name, (int)(len > 40 ? 40 : len), rest->p), false;
		i = find_field(info->fields, rest, len, i, &at);
		if (i < 0)
			return err_set(err, "%s: no such field '%.*s'", info->name, (int)(len > 40 ? 40 : len), rest->p), false;
		if (out->given >> i & 1)
			return err_set(err, "%s: %s: given twice", info->name, info->fields[i].name), false;
		rest->p += len + 1;
		wrong = get_field(t, rest, &info->fields[i], out->type, (char *)&out->record + at);
		if (wrong)
			return err_set(err, "%s: %s: %s", info->name, info->fields[i].name, wrong), false;
		out->given |= 1ull << i;
		at += field_size(&info->fields[i]);
	}
	return true;
}

/* "#12" after a record's name: need not be there, but has to be right. */
static bool
check_id(const struct text_reader *t, struct rest *rest, const struct text_line *out, struct err *err)
{
	const char *name = record_infos[out->type].name;
	uint64_t id;

	skip_blanks(rest);
	if (rest->p == rest->end || *rest->p != '#' || at_end(rest))
		return true;
	rest->p++;
	if (!get_number(rest, &id))
		return err_set(err, "%s: '#' without a number", name), false;
	if (id != t->ids[out->type])
		return err_set(err, "%s #%llu: the next one is #%u", name, (unsigned long long)id, t->ids[out->type]), false;
	return true;
}

static bool
get_record(struct text_reader *t, struct rest *rest, struct text_line *out, struct err *err)
{
	if (!check_id(t, rest, out, err) || !get_fields(t, rest, out, err))
		return false;
	if (out->type == RECORD_segment)
		memset(t->ids, 0, sizeof(t->ids));
	t->ids[out->type]++;
	return true;
}

/* "block type=77 data=00ff" and "bytes data=00ff". */
static bool
get_raw(struct text_reader *t, struct rest *rest, struct text_line *out, struct err *err)
{
	uint64_t type;

	if (out->kind == TEXT_BLOCK) {
		skip_blanks(rest);
		if (rest->end - rest->p < 5 || memcmp(rest->p, "type=", 5))
			return err_set(err, "block: type= is missing"), false;
		rest->p += 5;
		if (!get_number(rest, &type) || type > UINT32_MAX)
			return err_set(err, "block: type: not a number from 0 to 4294967295"), false;
		out->type = (uint32_t)type;
	}
	skip_blanks(rest);
	if (rest->end - rest->p < 5 || memcmp(rest->p, "data=", 5))
		return err_set(err, "data= is missing"), false;
	rest->p += 5;
	if (!get_bytes(t, rest, &out->payload))
		return err_set(err, "data: not pairs of hexadecimal digits"), false;
	skip_blanks(rest);
	return at_end(rest) ? true : (err_set(err, "nothing may follow data="), false);
}

static bool
find_record(const struct text_reader *t, const struct rest *rest, size_t len, uint32_t *type)
{
	if (t->last && is_word(rest, len, record_infos[t->last].name)) {
		*type = t->last;
		return true;
	}
	for (*type = 0; *type < RECORD_TYPES; ++*type)
		if (record_infos[*type].name && is_word(rest, len, record_infos[*type].name))
			return true;
	return false;
}

bool
text_get(struct text_reader *t, struct text line, struct text_line *out, struct err *err)
{
	struct rest rest = {line.data, line.data + line.len};
	size_t len;

	*out = (struct text_line){.kind = TEXT_NOTHING};
	t->texts.len = 0;
	buf_reserve(&t->texts, line.len + 1); /* a text is never longer than its line: it stays in place */
	skip_blanks(&rest);
	if (rest.p == rest.end || *rest.p == '#')
		return true;
	len = word_length(&rest, 0);
	if (find_record(t, &rest, len, &out->type)) {
		out->kind = TEXT_RECORD;
		t->last = out->type;
		rest.p += len;
		return get_record(t, &rest, out, err);
	}
	out->kind = is_word(&rest, len, "--")	   ? TEXT_CUT
		    : is_word(&rest, len, "block") ? TEXT_BLOCK
		    : is_word(&rest, len, "bytes") ? TEXT_BYTES
						   : TEXT_NOTHING;
	if (!out->kind)
		return err_set(err, "no such record '%.*s'", (int)(len > 40 ? 40 : len), rest.p), false;
	rest.p += len;
	if (out->kind != TEXT_CUT)
		return get_raw(t, &rest, out, err);
	skip_blanks(&rest);
	return at_end(&rest) ? true : (err_set(err, "nothing may follow --"), false);
}

void
text_reader_free(struct text_reader *t)
{
	buf_free(&t->texts);
}
