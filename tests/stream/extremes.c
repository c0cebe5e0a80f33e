// SPDX-License-Identifier: GPL-2.0-or-later
/* Every record of records.def with extreme values in its fields: "extremes" writes them as a stream, "extremes check"
 * reads such a stream and compares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/stream.h"
#include "stream/writer.h"

enum { VARIANTS = 12, LONG = 1 << 20 };

static char all_bytes[256], long_text[LONG];

static uint64_t
number(unsigned variant)
{
	static const uint64_t numbers[] = {0, UINT64_MAX, 1, 127, 128, 1ull << 31, 1ull << 32, 1ull << 63, (1ull << 63) - 1};

	return numbers[variant % (sizeof(numbers) / sizeof(numbers[0]))];
}

static struct text
text(unsigned variant)
{
	static const char *const texts[] = {"", "\"\\n\n\\x41", "\xc3\xa9\xe2\x80\xae\xef\xbb\xbf\xc2\x85\xff\xc0\x80\xed\xa0\x80",
					    " # -- =", "x"};

	if (variant % 7 == 5)
		return text_of(all_bytes, sizeof(all_bytes));
	if (variant % 7 == 6)
		return text_of(long_text, sizeof(long_text));
	return text_of(texts[variant % 7], strlen(texts[variant % 7]));
}

/* Of the records of a type, which all come VARIANTS times, the one in question is the variant-th. */
static void
make(enum record_type type, unsigned variant, union any_record *r)
{
	char *to = (char *)r;
	unsigned n = 0;

	memset(r, 0, sizeof(*r));
	for (const struct field_info *f = record_infos[type].fields; f->kind; f++, n++) {
		uint64_t *value = (uint64_t *)(void *)to;

		if (f->kind == FIELD_STR || f->kind == FIELD_HEX) {
			*(struct text *)(void *)to = text(variant + n);
			to += sizeof(struct text);
			continue;
		}
		if (f->kind == FIELD_REF)
			*value = (variant * 7 + n) % VARIANTS;
		else if (f->kind == FIELD_OPT)
			*value = variant % 2 ? (variant * 5 + n) % VARIANTS + 1 : 0;
		else if (f->kind == FIELD_BACK)
			*value = variant % 3 ? variant : variant % 2;
		else
			*value = number(variant + n);
		to += sizeof(uint64_t);
	}
	if (type == RECORD_segment)
		r->segment.version = STREAM_VERSION;
	if (type == RECORD_stack && !variant)
		r->stack.parent = 0;
}

/* The end is the writer's. */
static unsigned
times(enum record_type type)
{
	if (!record_infos[type].name || type == RECORD_end)
		return 0;
	return type == RECORD_segment ? 1 : VARIANTS;
}

static int
write_all(void)
{
	struct writer *w = writer_open(STDOUT_FILENO);
	union any_record r;

	for (enum record_type type = RECORD_segment; type < RECORD_TYPES; type++)
		for (unsigned variant = 0; variant < times(type); variant++) {
			make(type, variant, &r);
			write_record(w, type, &r);
			if (variant == VARIANTS / 2)
				writer_flush(w);
		}
	return !writer_end(w);
}

/* Texts by their bytes, numbers by their value. */
static int
differ(enum record_type type, const union any_record *a, const union any_record *b)
{
	const char *x = (const char *)a, *y = (const char *)b;

	for (const struct field_info *f = record_infos[type].fields; f->kind; f++) {
		const struct text *s = (const struct text *)(const void *)x, *t = (const struct text *)(const void *)y;

		if (f->kind == FIELD_STR || f->kind == FIELD_HEX) {
			if (s->len != t->len || memcmp(s->data, t->data, s->len))
				return printf("%s: %s differs\n", record_infos[type].name, f->name);
			x += sizeof(*s), y += sizeof(*t);
		} else {
			if (memcmp(x, y, sizeof(uint64_t)))
				return printf("%s: %s differs\n", record_infos[type].name, f->name);
			x += sizeof(uint64_t), y += sizeof(uint64_t);
		}
	}
	return 0;
}

static int
check_all(void)
{
	struct stream *s = stream_open(STDIN_FILENO, "<stdin>");
	unsigned seen[RECORD_TYPES] = {0};
	union any_record r, wanted;
	int64_t type;
	int wrong = 0;

	while ((type = stream_next(s)) > 0 && type != RECORD_end)
		while (read_record(s, &r)) {
			make((enum record_type)type, seen[type]++, &wanted);
			wrong += differ((enum record_type)type, &r, &wanted);
		}
	if (type != RECORD_end)
		wrong += printf("%s\n", type < 0 ? stream_error(s) : "no end");
	for (enum record_type t = RECORD_segment; t < RECORD_TYPES; t++)
		if (seen[t] != times(t))
			wrong += printf("%s: %u records\n", record_infos[t].name, seen[t]);
	stream_close(s);
	return wrong != 0;
}

int
main(int argc, char **argv)
{
	(void)argv;
	for (int i = 0; i < 256; i++)
		all_bytes[i] = (char)i;
	for (int i = 0; i < LONG; i++)
		long_text[i] = (char)(i * 31 >> 3);
	return argc > 1 ? check_all() : write_all();
}
