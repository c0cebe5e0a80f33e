// SPDX-License-Identifier: GPL-2.0-or-later
/* The messages to the viewer: what is in them is said in the header. */
#include "cmd/serve_message.h"

#include <zlib.h>

#include "base/alloc.h"
#include "base/msg.h"

enum {
	CHUNK = 64 << 10, /* bytes that are compressed at a time */
	RECORDS = 2048,	  /* in a section */
	LEVEL = 3,	  /* of compression: 8 % larger than with 6, in 60 % of its time */
	GZIP = 15 + 16,	  /* zlib's way to say gzip with the largest window */
};

static const uint64_t number_max = (1ULL << 53) - 1; /* what a page's numbers can hold */

enum { TAG_MODULE = 1, TAG_FRAME, TAG_NODE, TAG_TASK, TAG_GROUP, TAG_WINDOW, TAG_FACTS, TAG_EVENT };

/* Definitions in the order in which they are sent, and how many there are of each. */
enum { DEFINITIONS = 6 };
static const int definitions[DEFINITIONS] = {TAG_MODULE, TAG_FRAME, TAG_NODE, TAG_TASK, TAG_EVENT, TAG_GROUP};
#define SIZES(m) {(m).modules, (m).frames, (m).nodes, (m).tasks, (m).events, (m).groups}

/* Where the body goes. */
struct packer {
	struct buf *to;
	struct buf body; /* not yet compressed */
	z_stream z;
};

static void
put_number(struct buf *b, uint64_t n)
{
	buf_reserve(b, 10);
	for (; n >= 0x80; n >>= 7)
		b->data[b->len++] = (char)(n | 0x80);
	b->data[b->len++] = (char)n;
}

static void
put_text(struct buf *b, const char *text, size_t len)
{
	put_number(b, len);
	buf_add(b, text, len);
}

static void
put_shown(struct buf *b, const struct profile *p, uint32_t name)
{
	put_text(b, p->names.all[name].text, p->names.all[name].len);
}

static uint64_t
sendable(uint64_t n)
{
	return n < number_max ? n : number_max;
}

struct message_mark
message_mark(const struct profile *p)
{
	return (struct message_mark){p->modules.n, p->n_frames, p->tree.n, p->n_tasks, p->n_events, p->n_groups};
}

static void
put_definition(struct buf *b, const struct profile *p, int tag, size_t i)
{
	if (tag == TAG_MODULE) {
		put_text(b, p->modules.all[i].text, p->modules.all[i].len);
	} else if (tag == TAG_FRAME) {
		put_shown(b, p, p->frames[i].name.text);
		put_number(b, p->frames[i].module);
		put_number(b, p->frames[i].kind);
	} else if (tag == TAG_NODE) {
		put_number(b, i - p->tree.nodes[i].parent);
		put_number(b, p->tree.nodes[i].name);
	} else if (tag == TAG_TASK) {
		put_number(b, p->tasks[i].pid);
		put_number(b, p->tasks[i].tid);
		put_shown(b, p, p->tasks[i].comm.text);
	} else if (tag == TAG_EVENT) {
		put_shown(b, p, p->events[i].name.text);
		put_shown(b, p, p->events[i].unit.text);
		put_number(b, sendable(p->events[i].sums.frequency));
		put_number(b, sendable(p->events[i].sums.period));
	} else {
		put_number(b, p->groups[i].task);
		put_number(b, p->groups[i].cpu);
		put_number(b, p->groups[i].event);
	}
}

/* At most RECORDS of the definitions of one kind; returns where it stopped. */
static size_t
put_section(struct buf *b, const struct profile *p, int tag, size_t from, size_t to)
{
	to = to - from < RECORDS ? to : from + RECORDS;
	put_number(b, (uint64_t)tag);
	put_number(b, to - from);
	for (; from < to; from++)
		put_definition(b, p, tag, from);
	return to;
}

/* Cells of one node and group become one. Returns how many there are; they are appended unless b is NULL. */
static size_t
put_cells(struct buf *b, const struct history *h, const struct span *s)
{
	uint32_t before = 0;
	size_t cells = 0;

	for (size_t i = 0, next; i < s->n; i = next, cells++) {
		uint32_t node = span_node(h, s, s->cells[i].place);
		uint64_t count = s->cells[i].count;

		for (next = i + 1; next < s->n && s->cells[next].group == s->cells[i].group &&
				   span_node(h, s, s->cells[next].place) == node;
		     next++)
			count += s->cells[next].count;
		if (!b)
			continue;
		put_number(b, node - before);
		put_number(b, s->cells[i].group);
		put_number(b, count);
		before = node;
	}
	return cells;
}

void
message_window(struct buf *to, const struct history *h, const struct span *s, uint64_t number)
{
	put_number(to, number);
	put_number(to, sendable(s->start / 1000));
	put_number(to, sendable((s->end - s->start) / 1000));
	put_number(to, s->n_losses);
	for (size_t i = 0; i < s->n_losses; i++) {
		put_number(to, s->losses[i].event);
		put_number(to, s->losses[i].lost);
	}
	put_number(to, put_cells(NULL, h, s));
	put_cells(to, h, s);
}

static void
put_facts(struct buf *b, const struct buf *facts)
{
	put_number(b, TAG_FACTS);
	put_number(b, 1);
	put_text(b, facts->data, facts->len);
}

void
message_delta(struct buf *to, uint64_t epoch, uint64_t at, const struct profile *p, const struct message_mark *from,
	      const struct buf *windows, size_t n, const struct buf *facts)
{
	struct message_mark end = message_mark(p);
	const size_t starts[] = SIZES(*from), ends[] = SIZES(end);

	buf_char(to, 'D');
	put_number(to, epoch);
	put_number(to, at);
	for (int d = 0; d < DEFINITIONS; d++)
		for (size_t i = starts[d]; i < ends[d];)
			i = put_section(to, p, definitions[d], i, ends[d]);
	if (n) {
		put_number(to, TAG_WINDOW);
		put_number(to, n);
		buf_add(to, windows->data, windows->len);
	}
	if (facts)
		put_facts(to, facts);
}

/* ---- snapshots ---- */

static void
pack(struct packer *k, int flush)
{
	if (k->body.len < CHUNK && flush == Z_NO_FLUSH)
		return;
	k->z.next_in = (unsigned char *)k->body.data;
	k->z.avail_in = (unsigned)k->body.len;
	do {
		buf_reserve(k->to, CHUNK);
		k->z.next_out = (unsigned char *)k->to->data + k->to->len;
		k->z.avail_out = CHUNK;
		deflate(&k->z, flush);
		k->to->len += CHUNK - k->z.avail_out;
	} while (!k->z.avail_out);
	k->body.len = 0;
}

/* The windows' numbers go up to the last one's whatever was merged. */
static void
pack_windows(struct packer *k, const struct history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		put_number(&k->body, TAG_WINDOW);
		put_number(&k->body, 1);
		message_window(&k->body, h, &h->spans[i], h->number - (h->n - 1 - i));
		pack(k, Z_NO_FLUSH);
	}
}

void
message_snapshot(struct buf *to, uint64_t epoch, uint64_t at, const struct profile *p, const struct history *h,
		 const struct buf *facts)
{
	struct message_mark end = message_mark(p);
	const size_t ends[] = SIZES(end);
	struct packer k = {.to = to};

	if (deflateInit2(&k.z, LEVEL, Z_DEFLATED, GZIP, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory");
	buf_char(to, 'S');
	put_number(&k.body, epoch);
	put_number(&k.body, at);
	for (int d = 0; d < DEFINITIONS; d++)
		for (size_t i = definitions[d] == TAG_NODE; i < ends[d]; pack(&k, Z_NO_FLUSH))
			i = put_section(&k.body, p, definitions[d], i, ends[d]);
	pack_windows(&k, h);
	put_facts(&k.body, facts);
	pack(&k, Z_FINISH);
	deflateEnd(&k.z);
	buf_free(&k.body);
}
