// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-dump: a stream as text, one record a line, and back.
 *
 *	frame #12 module=0 offset=0x4a10
 *	stack #40 parent=39 frame=12
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/wait.h"
#include "stream/stream.h"
#include "stream/text.h"
#include "stream/writer.h"

enum { CHUNK = 256 << 10 };

static bool reverse;

static const struct option_row options[] = {
	{OPTION_FLAG, 'r', "reverse", NULL, "read text and write the stream it describes", &reverse, 0, 0, NULL},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]...",
	.purpose = "Write pb streams as text, one record a line; with -r, turn such text into a stream.",
	.options = options,
};

static struct buf out;

static void
write_out(size_t limit)
{
	if (out.len <= limit)
		return;
	stdout_write(out.data, out.len);
	out.len = 0;
}

/* What there is goes out before we wait for more. */
static void
before_read(int fd)
{
	write_out(0);
	wait_for_input(fd);
}

static void
say_warning(struct stream *s)
{
	const char *text = stream_warning(s);

	if (!text)
		return;
	write_out(0);
	warn("%s", text);
}

static void
dump_block(struct stream *s, int64_t type, int64_t before)
{
	union any_record r;

	if (type >= RECORD_TYPES) {
		text_put_block(&out, (uint32_t)type, stream_payload(s));
		return;
	}
	if (type == before)
		buf_puts(&out, "--\n");
	while (read_record(s, &r)) {
		text_put(&out, (enum record_type)type, stream_id(s, (enum record_type)type), &r);
		write_out(CHUNK);
	}
}

/* Stream to text. False when the stream is malformed. */
static bool
dump(int fd, const char *name)
{
	struct stream *s = stream_open(fd, name);
	int64_t type, before = 0;

	stream_on_wait(s, before_read);
	while ((type = stream_next(s)) > 0) {
		say_warning(s);
		dump_block(s, type, before);
		before = type;
	}
	write_out(0);
	if (type < 0)
		warn("%s", stream_error(s));
	else
		say_warning(s);
	stream_close(s);
	return type == 0;
}

static void
check_written(bool written)
{
	if (written)
		return;
	if (errno == EPIPE)
		exit(EXIT_DONE);
	die("<stdout>:");
}

/* Text to stream: the line being read. */
struct assembly {
	struct writer *writer;
	struct text_reader reader;
	uint32_t type; /* of the block being gathered; 0: none */
	const char *name;
	uint64_t line;
};

static void
cut(struct assembly *a)
{
	if (a->type)
		check_written(writer_cut(a->writer));
	a->type = 0;
}

static void
put_record(struct assembly *a, struct text_line *line)
{
	if (line->type != a->type)
		cut(a);
	a->type = line->type;
	if (line->type == RECORD_segment && !(line->given & 1))
		line->record.segment.version = STREAM_VERSION;
	if (line->type == RECORD_end && !(line->given & 1))
		line->record.end.blocks = writer_blocks(a->writer);
	write_record(a->writer, (enum record_type)line->type, &line->record);
	if (writer_failed(a->writer) == EMSGSIZE)
		die("%s: line %llu: %s: longer than a block can be", a->name, (unsigned long long)a->line,
		    record_infos[line->type].name);
}

static void
assemble_line(struct assembly *a, struct text text)
{
	struct text_line line;
	struct err err;

	a->line++;
	if (!text_get(&a->reader, text, &line, &err)) {
		check_written(writer_flush(a->writer));
		die("%s: line %llu: %s", a->name, (unsigned long long)a->line, err.text);
	}
	if (line.kind == TEXT_RECORD) {
		put_record(a, &line);
	} else if (line.kind != TEXT_NOTHING) {
		cut(a);
	}
	if (line.kind == TEXT_BLOCK)
		check_written(writer_block(a->writer, line.type, line.payload));
	if (line.kind == TEXT_BYTES) {
		check_written(writer_flush(a->writer));
		stdout_write(line.payload.data, line.payload.len);
	}
}

/* Takes the whole lines off the front of the text. */
static void
assemble_lines(struct assembly *a, struct buf *text, size_t searched)
{
	char *start = text->data, *end = text->data + text->len, *newline;

	for (char *from = start + searched; (newline = memchr(from, '\n', (size_t)(end - from))); from = start) {
		assemble_line(a, text_of(start, (size_t)(newline - start)));
		start = newline + 1;
	}
	text->len = (size_t)(end - start);
	memmove(text->data, start, text->len);
}

static void
assemble(struct assembly *a, int fd)
{
	struct buf text = {0};
	ssize_t n;

	a->line = 0;
	for (;;) {
		size_t searched = text.len;

		buf_reserve(&text, text.len > CHUNK ? text.len : CHUNK);
		n = read(fd, text.data + text.len, text.cap - text.len);
		if (n < 0 && wait_if_busy(fd, POLLIN))
			continue;
		if (n < 0)
			die("%s:", a->name);
		if (!n)
			break;
		text.len += (size_t)n;
		assemble_lines(a, &text, searched);
	}
	if (text.len)
		assemble_line(a, text_of(text.data, text.len));
	buf_free(&text);
}

static bool
work(struct assembly *a, int fd, const char *name)
{
	if (!reverse)
		return dump(fd, name);
	a->name = name;
	assemble(a, fd);
	return true;
}

static bool
work_on_stdin(struct assembly *a)
{
	if (!reverse)
		refuse_terminal(STDIN_FILENO, "pb-dump reads a stream: pb-record -d 5 | pb-dump, or pb-dump FILE");
	return work(a, STDIN_FILENO, "<stdin>");
}

static bool
work_on_file(struct assembly *a, const char *path)
{
	bool good = false;
	int fd;

	if (!strcmp(path, "-"))
		return work_on_stdin(a);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		warn("%s:", path);
		return false;
	}
	good = work(a, fd, path);
	close(fd);
	return good;
}

int
main(int argc, char **argv)
{
	struct assembly a = {0};
	bool good = true;
	int i;

	stdio_init();
	i = options_parse(&command, argc, argv);
	if (reverse)
		refuse_terminal(STDOUT_FILENO, "a stream is not for reading: pb-dump -r FILE > recording.pb");
	outlive_first_interrupt();
	a.writer = writer_open(STDOUT_FILENO);
	if (i == argc)
		good = work_on_stdin(&a);
	for (; i < argc; i++)
		good &= work_on_file(&a, argv[i]);
	cut(&a);
	check_written(writer_flush(a.writer));
	writer_close(a.writer);
	text_reader_free(&a.reader);
	stdout_close();
	return good ? EXIT_DONE : EXIT_FAILED;
}
