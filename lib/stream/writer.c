// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing a stream. */
#include "stream/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/wait.h"
#include "stream/codec.h"
#include "stream/stream.h"

enum { WRITE_SIZE = 64 << 10 };

/* The records of one type that wait for a flush. */
struct gathered {
	struct buf payload;
	union any_record last; /* differences are to this one */
	uint32_t records;
	uint32_t next_id;
};

struct writer {
	int fd;
	int failed;   /* errno of the write that failed, or 0 */
	uint64_t blocks; /* written in this segment */
	size_t pending;
	struct gathered of[RECORD_TYPES];
	struct buf out;
};

struct writer *
writer_open(int fd)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->fd = fd;
	return w;
}

void
writer_close(struct writer *w)
{
	for (int type = 0; type < RECORD_TYPES; type++)
		buf_free(&w->of[type].payload);
	buf_free(&w->out);
	free(w);
}

static bool
write_out(struct writer *w)
{
	const char *p = w->out.data;
	size_t left = w->out.len;

	while (left && !w->failed) {
		ssize_t n = write(w->fd, p, left);

		if (n < 0 && !wait_if_busy(w->fd, POLLOUT))
			w->failed = errno;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}
	w->out.len = 0;
	errno = w->failed;
	return !w->failed;
}

static void
add_block(struct writer *w, uint32_t type, const void *payload, size_t len)
{
	if (type == RECORD_segment) {
		buf_add(&w->out, STREAM_MAGIC, sizeof(STREAM_MAGIC) - 1);
		w->blocks = 0;
	}
	put_u32(&w->out, (uint32_t)len);
	put_u32(&w->out, type);
	buf_add(&w->out, payload, len);
	w->blocks++;
}

static void
gather_out(struct writer *w)
{
	for (uint32_t type = 0; type < RECORD_TYPES && w->pending; type++) {
		struct gathered *g = &w->of[type];

		if (!g->records)
			continue;
		add_block(w, type, g->payload.data, g->payload.len);
		w->pending -= g->payload.len;
		g->payload.len = 0;
		g->records = 0;
	}
}

bool
writer_flush(struct writer *w)
{
	gather_out(w);
	return write_out(w);
}

bool
writer_cut(struct writer *w)
{
	gather_out(w);
	return w->out.len < WRITE_SIZE && !w->failed ? true : write_out(w);
}

int
writer_failed(const struct writer *w)
{
	return w->failed;
}

uint64_t
writer_blocks(const struct writer *w)
{
	uint64_t n = w->blocks;

	for (int type = 0; type < RECORD_TYPES; type++)
		n += w->of[type].records != 0;
	return n;
}

bool
writer_block(struct writer *w, uint32_t type, struct text payload)
{
	gather_out(w);
	add_block(w, type, payload.data, payload.len);
	return write_out(w);
}

bool
writer_end(struct writer *w)
{
	gather_out(w);
	write_end(w, &(struct end_record){.blocks = w->blocks});
	return writer_flush(w);
}

static void
forget_ids(struct writer *w)
{
	for (int type = 0; type < RECORD_TYPES; type++)
		w->of[type].next_id = 0;
}

/* The records of a type, with `last` made ready for differences. */
static struct gathered *
gather(struct writer *w, enum record_type type)
{
	struct gathered *g = &w->of[type];

	if (type == RECORD_segment)
		forget_ids(w);
	if (!g->records)
		g->last = (union any_record){0};
	return g;
}

/* A record was added that makes its block longer than it may be. True: the block has left without it, and it is to be
 * added again to a new one. */
static bool
too_long(struct writer *w, struct gathered *g, size_t before)
{
	g->payload.len = before;
	if (!before) {
		w->failed = EMSGSIZE;
		return false;
	}
	gather_out(w);
	g->last = (union any_record){0};
	return true;
}

static uint32_t
gathered(struct writer *w, struct gathered *g, size_t before)
{
	w->pending += g->payload.len - before;
	g->records++;
	return g->next_id++;
}

static void
put_text(struct buf *b, struct text t)
{
	put_varint(b, t.len);
	buf_add(b, t.data, t.len);
}

#define U(name, doc)	     put_varint(b, r->name);
#define D(name, doc)	     put_varint(b, zigzag(r->name - last->name));
#define ADDR(name, doc)	     D(name, doc)
#define REF(name, kind, doc) D(name, doc)
#define OPT(name, kind, doc) U(name, doc)
#define BACK(name, doc)	     U(name, doc)
#define STR(name, doc)	     put_text(b, r->name);
#define HEX(name, doc)	     put_text(b, r->name);
#define RECORD(name, type, doc, fields)                                                                                \
	uint32_t write_##name(struct writer *w, const struct name##_record *r)                                         \
	{                                                                                                              \
		struct gathered *g = gather(w, RECORD_##name);                                                         \
		struct name##_record *last = &g->last.name;                                                            \
		struct buf *b = &g->payload;                                                                           \
		size_t before;                                                                                         \
                                                                                                                       \
		do {                                                                                                   \
			before = b->len;                                                                               \
			fields                                                                                         \
		} while (b->len > STREAM_BLOCK_MAX && too_long(w, g, before));                                         \
		*last = *r;                                                                                            \
		return gathered(w, g, before);                                                                         \
	}
#include "stream/records.def"

uint32_t
write_record(struct writer *w, enum record_type type, const union any_record *r)
{
	switch (type) {
#undef RECORD
#define RECORD(name, type, doc, fields)                                                                                \
	case RECORD_##name:                                                                                            \
		return write_##name(w, &r->name);
#include "stream/records.def"
	case RECORD_TYPES:
		break;
	}
	return 0;
}

bool
writer_copy(struct writer *w, const struct stream *s)
{
	uint32_t type = stream_type(s);

	if (type == RECORD_segment)
		forget_ids(w);
	return writer_block(w, type, stream_payload(s));
}
