// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading folded text: "main;parse;read 12" becomes the frames main, parse, read and the count 12. */
#include "flame/folded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/wait.h"
#include "flame/count.h"
#include "flame/scan.h"

enum {
	READ_SIZE = 256 << 10,
	PIPE_SIZE = 1 << 20,
	AHEAD = 64 << 10,	/* so much is looked at to decide about the columns */
	LINE_MAX_SIZE = 16 << 20,
};

/* Reads more behind what is kept: the stack of the line before and the line begun. */
static int
fill(struct folded *f, struct err *err)
{
	size_t keep = f->last_len ? f->last : f->at;
	ssize_t n;

	if (f->cap - f->end < READ_SIZE + SCAN_SLACK) {
		if (keep)
			memmove(f->bytes, f->bytes + keep, f->end - keep);
		f->last = 0;
		f->at -= keep;
		f->end -= keep;
		if (f->cap - f->end < READ_SIZE + SCAN_SLACK) {
			f->cap = grow_capacity(f->cap, f->end + READ_SIZE + SCAN_SLACK);
			f->bytes = xreallocarray(f->bytes, f->cap, 1);
		}
	}
	do
		n = read(f->fd, f->bytes + f->end, READ_SIZE);
	while (n < 0 && wait_if_busy(f->fd, POLLIN));
	if (n < 0)
		return err_set(err, "cannot read:");
	f->end += (size_t)n;
	memset(f->bytes + f->end, 0, SCAN_SLACK); /* scanning looks past the end */
	f->at_end = !n;
	return 0;
}

/* The next line without its end: 1, 0 at the end of the text, -1. */
static int
next_line(struct folded *f, const char **line, size_t *len, struct err *err)
{
	const char *newline = NULL;

	for (;;) {
		size_t n = f->end - f->at;

		newline = n ? memchr(f->bytes + f->at, '\n', n) : NULL;
		if (newline || f->at_end)
			break;
		if (n > LINE_MAX_SIZE)
			return err_set(err, "line %llu: longer than 16 MiB", (unsigned long long)f->line + 1);
		if (fill(f, err))
			return -1;
	}
	if (f->at == f->end)
		return 0;
	*line = f->bytes + f->at;
	*len = (newline ? (size_t)(newline - f->bytes) : f->end) - f->at;
	f->at += *len + !!newline;
	f->line++;
	if (*len && (*line)[*len - 1] == '\r')
		--*len;
	return 1;
}

/* An empty line, or "# a comment". "#name;b 1" is a stack. */
static bool
holds_no_stack(const char *line, size_t len)
{
	size_t i = 0;

	if (len && line[0] == '#' && (len == 1 || line[1] == ' ' || line[1] == '\t'))
		return true;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i == len;
}

/* The lines that end within the first 64 KiB, or the first line: whatever the sizes of the reads were. */
static void
cut_beginning(struct folded *f)
{
	const char *newline;

	if (f->end <= AHEAD)
		return;
	newline = memchr(f->bytes, '\n', f->end);
	f->end = newline && newline >= f->bytes + AHEAD ? (size_t)(newline - f->bytes) + 1 : AHEAD;
	f->at_end = false;
}

/* Two columns when every line of the text's beginning ends in two counts. */
static unsigned
decide_columns(struct folded f)
{
	const char *line;
	size_t len;
	unsigned columns = 0;
	struct err ignored;
	struct count count;

	cut_beginning(&f);
	while ((f.at_end || memchr(f.bytes + f.at, '\n', f.end - f.at)) && next_line(&f, &line, &len, &ignored) > 0) {
		if (holds_no_stack(line, len))
			continue;
		columns = 2;
		if (count_take(line, &len, &count) != COUNT_TAKEN || count_take(line, &len, &count) != COUNT_TAKEN)
			return 1;
	}
	return columns;
}

int
folded_open(struct folded *f, int fd, struct intern *names, struct err *err)
{
	*f = (struct folded){.fd = fd, .names = names};
	fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE); /* fewer switches between writer and reader; no matter if it fails */
	do
		if (fill(f, err))
			return -1;
	while (!f->at_end && (f->end < AHEAD || !memchr(f->bytes, '\n', f->end)) && f->end < LINE_MAX_SIZE);
	f->columns = decide_columns(*f);
	return 0;
}

void
folded_close(struct folded *f)
{
	free(f->bytes);
	free(f->frames);
	free(f->ends);
	*f = (struct folded){0};
}

static int
bad_count(const struct folded *f, enum count_verdict verdict, const char *line, size_t len, unsigned column, struct err *err)
{
	static const char *const reasons[] = {
		[COUNT_NONE] = "no count at the end of the line",
		[COUNT_NEGATIVE] = "a negative count",
		[COUNT_TOO_LARGE] = "a count above 9223372036854775807",
		[COUNT_NO_STACK] = "a count without a stack",
	};
	const char *reason = reasons[verdict];

	if (memchr(line, 0, len))
		reason = "a NUL byte: this is not folded text (pb-fold makes it from a stream)";
	else if (verdict == COUNT_NONE && column)
		reason = "one count, where the lines before have two";
	return err_set(err, "line %llu: %s", (unsigned long long)f->line, reason);
}

/* Takes the counts off the line's end. */
static int
take_counts(struct folded *f, const char *line, size_t *len, struct folded_line *out, struct err *err)
{
	struct count counts[TREE_VALUES];
	size_t whole = *len;

	for (unsigned i = f->columns; i-- > 0;) {
		enum count_verdict verdict = count_take(line, len, &counts[i]);

		if (verdict != COUNT_TAKEN)
			return bad_count(f, verdict, line, whole, f->columns - 1 - i, err);
		if (counts[i].decimals > f->decimals)
			f->decimals = counts[i].decimals;
	}
	out->counts[1] = 0;
	for (unsigned i = 0; i < f->columns; i++)
		if (!count_scale(&counts[i], f->decimals, &out->counts[i]))
			return bad_count(f, COUNT_TOO_LARGE, line, whole, i, err);
	return 0;
}

/* The number of leading frames that the stack shares with the line before. */
static uint32_t
count_same(const struct folded *f, const char *stack, size_t len)
{
	size_t common = scan_common(f->bytes + f->last, stack, len < f->last_len ? len : f->last_len);
	uint32_t n = 0;

	while (n < f->n && f->ends[n] < common)
		n++;
	return n;
}

static void
add_frame(struct folded *f, const char *name, size_t len)
{
	f->frames[f->n] = len ? intern(f->names, name, len) : intern(f->names, "[unnamed]", 9);
}

/* Splits the stack at its semicolons, from the first frame that differs from the line before. */
static int
split(struct folded *f, const char *stack, size_t len, struct err *err)
{
	size_t start = f->n ? f->ends[f->n - 1] + 1 : 0;

	for (size_t block = start; block < len; block += SCAN_BLOCK) {
		uint64_t hits = scan_separators(stack + block);

		if (f->frames_cap < (size_t)f->n + SCAN_BLOCK + 1) {
			f->frames_cap = f->ends_cap = grow_capacity(f->frames_cap, (size_t)f->n + SCAN_BLOCK + 1);
			f->frames = xreallocarray(f->frames, f->frames_cap, sizeof(*f->frames));
			f->ends = xreallocarray(f->ends, f->ends_cap, sizeof(*f->ends));
		}
		for (; hits; hits &= hits - 1) {
			size_t at = block + (size_t)__builtin_ctzll(hits);

			if (at >= len)
				break;
			if (!stack[at])
				return bad_count(f, COUNT_NONE, stack, len, 0, err);
			add_frame(f, stack + start, at - start);
			f->ends[f->n++] = (uint32_t)at;
			start = at + 1;
		}
	}
	add_frame(f, stack + start, len - start);
	f->ends[f->n++] = (uint32_t)len;
	return 0;
}

int
folded_next(struct folded *f, struct folded_line *line, struct err *err)
{
	const char *text;
	size_t len;
	int more;

	do
		more = next_line(f, &text, &len, err);
	while (more > 0 && holds_no_stack(text, len));
	if (more <= 0)
		return more;
	if (take_counts(f, text, &len, line, err))
		return -1;
	f->n = line->same = f->n ? count_same(f, text, len) : 0;
	if (split(f, text, len, err))
		return -1;
	f->last = (size_t)(text - f->bytes);
	f->last_len = len;
	line->frames = f->frames;
	line->n = f->n;
	return 1;
}
