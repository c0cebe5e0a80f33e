// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes what reads streams: the reader with dictionary, names and account; record -> line -> record, which has to give
 * the same bytes; and the reader of lines (scripts/fuzz stream). */
// rooms: stream base
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stream/account.h"
#include "stream/dict.h"
#include "stream/naming.h"
#include "stream/samples.h"
#include "stream/stream.h"
#include "stream/text.h"
#include "stream/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
file_of(const void *data, size_t len)
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static void
take_name(void *to, struct text name, uint32_t function)
{
	(void)function;
	for (size_t i = 0; i < name.len; i++)
		*(size_t *)to += (unsigned char)name.data[i];
}

static void
name_all(const struct dict *d)
{
	size_t sum = 0;
	struct naming n = {.module = true, .annotate = true, .lines = true, .each = take_name, .to = &sum};

	for (uint32_t i = 0; i < d->n_frames; i++)
		name_frame(&n, d, i);
	for (uint32_t i = 0; i < d->n_stacks; i++)
		if (d->stacks[i].parent != DICT_NONE && d->stacks[i].parent >= i)
			abort();
	buf_free(&n.scratch);
}

static void
read_all(const uint8_t *data, size_t len)
{
	int fd = file_of(data, len);
	struct stream *s = stream_open(fd, "fuzz");
	struct account account = {0};
	struct dict dict = {0};
	struct samples r;
	int64_t type;

	while ((type = stream_next(s)) > 0) {
		stream_warning(s);
		if (type == RECORD_segment) {
			name_all(&dict);
			account_close(&account);
		}
		if (dict_take(&dict, s) || account_take(&account, s))
			continue;
		while (has_samples((uint32_t)type) && read_samples(s, &r))
			if (account_samples(&account, s, r.count))
				account_values(&account, s, r.value);
	}
	if (type < 0 && !stream_error(s)[0])
		abort();
	name_all(&dict);
	account_close(&account);
	sums_text(&account.lost);
	sums_free(&account.lost);
	dict_free(&dict);
	stream_close(s);
	close(fd);
}

static void
assemble(struct writer *w, struct text_reader *t, struct text line)
{
	struct text_line l;
	struct err err;

	if (!text_get(t, line, &l, &err) || l.kind != TEXT_RECORD)
		abort();
	write_record(w, (enum record_type)l.type, &l.record);
}

/* Every block, by way of text, has to come out as it went in. */
static void
there_and_back(const uint8_t *data, size_t len)
{
	int fd = file_of(data, len), to = memfd_create("fuzz", 0);
	struct stream *s = stream_open(fd, "fuzz");
	struct writer *w = writer_open(to);
	struct text_reader reader = {0};
	struct buf line = {0};
	union any_record r;
	int64_t type;
	off_t written;
	char *back;

	while ((type = stream_next(s)) >= 0) {
		writer_flush(w); /* the block before was sound */
		if (!type)
			break;
		if (type >= RECORD_TYPES)
			writer_copy(w, s);
		while (read_record(s, &r)) {
			line.len = 0;
			text_put(&line, (enum record_type)type, stream_id(s, (enum record_type)type), &r);
			assemble(w, &reader, text_of(line.data, line.len - 1));
		}
	}
	written = lseek(to, 0, SEEK_END);
	back = malloc((size_t)written + 1);
	if (written > (off_t)len || pread(to, back, (size_t)written, 0) != written || memcmp(back, data, (size_t)written))
		abort();
	free(back);
	buf_free(&line);
	text_reader_free(&reader);
	writer_close(w);
	stream_close(s);
	close(fd);
	close(to);
}

static void
read_lines(const uint8_t *data, size_t len)
{
	struct text_reader reader = {0};
	struct text_line l;
	struct err err;

	for (const char *p = (const char *)data, *end = p + len; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		newline = newline ? newline : end;
		err.text[0] = 0;
		if (!text_get(&reader, text_of(p, (size_t)(newline - p)), &l, &err) && !err.text[0])
			abort();
		p = newline + 1;
	}
	text_reader_free(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	read_all(data, len);
	there_and_back(data, len);
	read_lines(data, len);
	return 0;
}
