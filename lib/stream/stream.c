// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a stream. What the bytes mean is in pb-stream(5), what records there are in records.def. */
#include "stream/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/wait.h"
#include "stream/codec.h"

enum { READ_SIZE = 256 << 10, MAGIC_LEN = sizeof(STREAM_MAGIC) - 1, WARNINGS_SHOWN = 4 };

struct stream {
	int fd;
	void (*wait)(int fd);
	char *name;
	uint8_t *data; /* what was read and not yet passed */
	size_t at, len, cap;
	uint64_t offset; /* in the input, of data[0] */
	bool eof;

	uint32_t type; /* of the current block */
	const uint8_t *payload, *next, *end;
	const uint8_t *row; /* where the record being read starts */
	uint64_t payload_offset;
	bool in_segment, ended;
	uint64_t blocks; /* in this segment, the current one included */
	union any_record last; /* record last read of this block; differences are to it */
	uint32_t counts[RECORD_TYPES];

	int failed;
	uint64_t warnings; /* so many; the first few are shown, and the last */
	bool warned;
	struct err error, warning;
};

struct stream *
stream_open(int fd, const char *name)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	s->name = xstrdup(name);
	return s;
}

void
stream_on_wait(struct stream *s, void (*wait)(int fd))
{
	s->wait = wait;
}

void
stream_close(struct stream *s)
{
	free(s->name);
	free(s->data);
	free(s);
}

const char *
stream_error(const struct stream *s)
{
	return s->error.text;
}

uint32_t
stream_type(const struct stream *s)
{
	return s->type;
}

struct text
stream_payload(const struct stream *s)
{
	return text_of((const char *)s->payload, (size_t)(s->end - s->payload));
}

uint32_t
stream_id(const struct stream *s, enum record_type type)
{
	return s->counts[type] - 1;
}

static int
malformed(struct stream *s, uint64_t offset, const char *format, ...)
{
	char reason[512];
	va_list ap;

	if (s->failed)
		return -1;
	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	err_set(&s->error, "%s: offset %llu: %s", s->name, (unsigned long long)offset, reason);
	s->failed = 1;
	s->next = s->end;
	return -1;
}

static uint64_t
here(const struct stream *s)
{
	return s->offset + s->at;
}

void
stream_reject(struct stream *s, const char *reason)
{
	malformed(s, s->payload_offset + (uint64_t)(s->row - s->payload), "%s: %s", record_infos[s->type].name, reason);
}

/* The segment being read stops here without its END. */
static void
cut_short(struct stream *s, const char *how)
{
	err_set(&s->warning, "%s: offset %llu: %s; using what there is", s->name, (unsigned long long)here(s), how);
	s->warnings++;
	s->warned = false;
}

const char *
stream_warning(struct stream *s)
{
	bool last = s->eof && s->at == s->len;

	if (s->warned || !s->warnings || (s->warnings > WARNINGS_SHOWN && !last))
		return NULL;
	if (s->warnings > WARNINGS_SHOWN + 1)
		err_set(&s->warning, "%s: %llu segments without their END record in all; using what there is", s->name,
			(unsigned long long)s->warnings);
	s->warned = true;
	return s->warning.text;
}

/* Room for `want` bytes from data[at] on. */
static void
make_room(struct stream *s, size_t want)
{
	if (s->at) {
		memmove(s->data, s->data + s->at, s->len - s->at);
		s->offset += s->at;
		s->len -= s->at;
		s->at = 0;
	}
	if (want > s->cap) {
		s->cap = want;
		s->data = xreallocarray(s->data, s->cap, 1);
	}
}

/* Reads until `want` bytes lie ahead. 1: they do; 0: the input ends before; -1: it cannot be read. Memory grows with
 * what has arrived, not with what a length claims. */
static int
fill(struct stream *s, size_t want)
{
	while (s->len - s->at < want && !s->eof) {
		size_t have = s->len - s->at;
		size_t room = have * 2 > READ_SIZE ? have * 2 : READ_SIZE;
		ssize_t n;

		if (s->len == s->cap || s->at)
			make_room(s, room);
		if (s->wait)
			s->wait(s->fd);
		n = read(s->fd, s->data + s->len, s->cap - s->len);
		if (n < 0 && wait_if_busy(s->fd, POLLIN))
			continue;
		if (n < 0) {
			s->failed = 1;
			return err_set(&s->error, "%s: offset %llu:", s->name, (unsigned long long)here(s));
		}
		s->eof = !n;
		s->len += (size_t)n;
	}
	return s->len - s->at >= want;
}

/* What is left of the input is the beginning of a further segment. */
static bool
at_part_of_magic(const struct stream *s)
{
	return s->len - s->at < MAGIC_LEN && !memcmp(s->data + s->at, STREAM_MAGIC, s->len - s->at);
}

/* The input ends here, perhaps in the midst of something. */
static int
input_ends(struct stream *s)
{
	bool nothing = !here(s) && s->len == s->at;

	if (nothing)
		return malformed(s, 0, "empty: not a pb stream");
	if (s->len > s->at && (s->in_segment || (s->blocks && at_part_of_magic(s))))
		cut_short(s, "record cut short");
	else if (s->in_segment)
		cut_short(s, "the recording ends without its END record");
	else if (s->len > s->at && !s->blocks)
		return malformed(s, here(s), "not a pb stream");
	else if (s->len > s->at)
		return malformed(s, here(s), "bytes after END that do not open a segment");
	s->at = s->len;
	return 0;
}

static bool
at_magic(const struct stream *s)
{
	return !memcmp(s->data + s->at, STREAM_MAGIC, MAGIC_LEN);
}

/* A segment opens: whatever was before it is over. */
static void
open_segment(struct stream *s)
{
	if (s->in_segment)
		cut_short(s, "a new segment opens before the END of the last");
	memset(s->counts, 0, sizeof(s->counts));
	s->at += MAGIC_LEN;
	s->in_segment = true;
	s->ended = false;
	s->blocks = 0;
}

static int
check_head(struct stream *s, uint32_t len)
{
	if (len > STREAM_BLOCK_MAX)
		return malformed(s, here(s), "block of %u bytes; the limit is %u", len, STREAM_BLOCK_MAX);
	if ((s->type == RECORD_segment) != (s->blocks == 0))
		return malformed(s, here(s), s->blocks ? "second segment record in a segment"
						       : "segment does not start with its segment record");
	if (s->type == 0)
		return malformed(s, here(s), "block of type 0");
	if (s->type < RECORD_TYPES && s->counts[s->type] > UINT32_MAX - STREAM_BLOCK_MAX)
		return malformed(s, here(s), "%s: more than 4,278,190,079 records in a segment", record_infos[s->type].name);
	if (!len && s->type < RECORD_TYPES)
		return malformed(s, here(s), "%s: empty block", record_infos[s->type].name);
	return 0;
}

static int check_whole(struct stream *s);

/* The block whose head lies at data[at]. */
static int64_t
take_block(struct stream *s)
{
	uint32_t len = get_u32(s->data + s->at);
	int r;

	s->type = get_u32(s->data + s->at + 4);
	if (check_head(s, len))
		return -1;
	r = fill(s, STREAM_BLOCK_HEAD + (size_t)len);
	if (r <= 0)
		return r < 0 ? -1 : input_ends(s);
	s->payload = s->next = s->row = s->data + s->at + STREAM_BLOCK_HEAD;
	s->payload_offset = here(s) + STREAM_BLOCK_HEAD;
	s->end = s->payload + len;
	s->last = (union any_record){0};
	s->at += STREAM_BLOCK_HEAD + len;
	s->blocks++;
	if (check_whole(s))
		return -1;
	return s->type;
}

static void skip_rest(struct stream *s);

int64_t
stream_next(struct stream *s)
{
	int r;

	if (!s->failed)
		skip_rest(s);
	if (s->failed)
		return -1;
	r = fill(s, STREAM_BLOCK_HEAD);
	if (r <= 0)
		return r < 0 ? -1 : input_ends(s);
	if (at_magic(s)) {
		open_segment(s);
		r = fill(s, STREAM_BLOCK_HEAD);
		if (r <= 0)
			return r < 0 ? -1 : input_ends(s);
	} else if (!s->in_segment) {
		return malformed(s, here(s), s->ended ? "bytes after END that do not open a segment"
						      : "not a pb stream");
	}
	return take_block(s);
}

/* ---- records ---- */

static bool
get_text(const uint8_t **p, const uint8_t *end, struct text *t)
{
	uint64_t len;

	if (!get_varint(p, end, &len) || len > (uint64_t)(end - *p))
		return false;
	*t = text_of((const char *)*p, (size_t)len);
	*p += len;
	return true;
}

static bool
bad_field(struct stream *s, const char *field, const char *what)
{
	malformed(s, s->payload_offset + (uint64_t)(s->row - s->payload), "%s: %s: %s", record_infos[s->type].name, field,
		  what);
	return false;
}

#define NUMBER(name)                                                                                                   \
	if (!get_varint(&p, s->end, &v))                                                                               \
		return bad_field(s, #name, "malformed number");
#define CHECK(name, good, what)                                                                                        \
	if (!(good))                                                                                                   \
		return bad_field(s, #name, what);
#define U(name, doc) NUMBER(name) r->name = v;
#define D(name, doc) NUMBER(name) r->name = last->name += unzigzag(v);
#define ADDR(name, doc) D(name, doc)
#define REF(name, kind, doc) D(name, doc) CHECK(name, r->name < s->counts[RECORD_##kind], "no such " #kind)
#define OPT(name, kind, doc) U(name, doc) CHECK(name, r->name <= s->counts[RECORD_##kind], "no such " #kind)
#define BACK(name, doc) U(name, doc) CHECK(name, r->name <= s->counts[s->type], "reaches back before the first")
#define STR(name, doc) CHECK(name, get_text(&p, s->end, &r->name), "text longer than its block")
#define HEX(name, doc) STR(name, doc)
#define RECORD(name, type, doc, fields)                                                                                \
	bool read_##name(struct stream *s, struct name##_record *r)                                                    \
	{                                                                                                              \
		const uint8_t *p = s->next;                                                                            \
		struct name##_record *last = &s->last.name;                                                            \
		uint64_t v;                                                                                            \
                                                                                                                       \
		(void)v, (void)last;                                                                                   \
		if (p == s->end)                                                                                       \
			return false;                                                                                  \
		s->row = p;                                                                                            \
		fields                                                                                                 \
		s->next = p;                                                                                           \
		s->counts[RECORD_##name]++;                                                                            \
		return true;                                                                                           \
	}
#include "stream/records.def"

bool
read_record(struct stream *s, union any_record *r)
{
	switch (s->type) {
#undef RECORD
#define RECORD(name, type, doc, fields)                                                                                \
	case type:                                                                                                     \
		return read_##name(s, &r->name);
#include "stream/records.def"
	default:
		return false;
	}
}

/* Reads what a caller left unread, so that ids stay right and every record is checked. */
static void
skip_rest(struct stream *s)
{
	union any_record r;

	while (read_record(s, &r))
		;
	s->next = s->end;
}

/* Records that come one to a block and say something about the segment are checked when their block is met. */
static int
check_whole(struct stream *s)
{
	struct segment_record segment = {0};
	struct end_record end = {0};

	if (s->type == RECORD_segment && read_segment(s, &segment) && segment.version != STREAM_VERSION)
		malformed(s, s->payload_offset, "stream version %llu; this program reads version %d",
			  (unsigned long long)segment.version, STREAM_VERSION);
	if (s->type == RECORD_end && read_end(s, &end) && end.blocks != s->blocks - 1)
		malformed(s, s->payload_offset, "END counts %llu blocks where %llu were read",
			  (unsigned long long)end.blocks, (unsigned long long)s->blocks - 1);
	if ((s->type == RECORD_segment || s->type == RECORD_end) && !s->failed && s->next != s->end)
		malformed(s, s->payload_offset, "%s: more than one record", record_infos[s->type].name);
	if (s->type == RECORD_end) {
		s->in_segment = false;
		s->ended = true;
	}
	if (s->type == RECORD_segment || s->type == RECORD_end) {
		s->next = s->payload;
		s->counts[s->type] = 0;
		s->last = (union any_record){0};
	}
	return s->failed ? -1 : 0;
}
