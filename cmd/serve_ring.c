// SPDX-License-Identifier: GPL-2.0-or-later
/* The messages that pb-serve keeps for its clients. */
#include "cmd/serve_ring.h"

#include <stdlib.h>

#include "base/alloc.h"

struct kept {
	struct message message; /* first: a message is found again by its address */
	unsigned clients;
	bool held; /* by the ring */
};

static struct kept *
keep(uint64_t epoch, uint64_t at, struct buf *bytes)
{
	struct kept *k = xmalloc(sizeof(*k));

	bytes->data = xreallocarray(bytes->data, bytes->len, 1);
	*k = (struct kept){{epoch, at, bytes->len, (unsigned char *)bytes->data}, 0, true};
	*bytes = (struct buf){0};
	return k;
}

static void
let_go(struct ring *r, struct kept *k)
{
	k->held = false;
	if (k->clients) {
		r->given_bytes += k->message.len;
		return;
	}
	free((void *)(uintptr_t)k->message.bytes);
	free(k);
}

static void
drop_oldest(struct ring *r)
{
	struct kept *k = r->deltas[(r->next - r->n) % RING_DELTAS];

	r->n--;
	r->bytes -= k->message.len;
	let_go(r, k);
}

void
ring_clear(struct ring *r)
{
	while (r->n)
		drop_oldest(r);
	if (r->snapshot)
		let_go(r, r->snapshot);
	r->snapshot = NULL;
}

void
ring_add(struct ring *r, uint64_t epoch, uint64_t at, struct buf *bytes)
{
	if (bytes->len > r->most_bytes / 2) {
		buf_free(bytes);
		ring_clear(r);
		return;
	}
	while (r->n && (r->n == RING_DELTAS || r->bytes + bytes->len > r->most_bytes))
		drop_oldest(r);
	r->deltas[r->next++ % RING_DELTAS] = keep(epoch, at, bytes);
	r->n++;
	r->bytes += r->deltas[(r->next - 1) % RING_DELTAS]->message.len;
	if (r->snapshot && r->snapshot->message.at + r->n < at) {
		let_go(r, r->snapshot);
		r->snapshot = NULL;
	}
}

static const struct message *
give(struct kept *k)
{
	k->clients++;
	return &k->message;
}

const struct message *
ring_delta(struct ring *r, uint64_t at, uint64_t now)
{
	if (at >= now || now - at > r->n)
		return NULL;
	return give(r->deltas[(r->next - (unsigned)(now - at)) % RING_DELTAS]);
}

const struct message *
ring_snapshot(struct ring *r, uint64_t epoch, uint64_t now)
{
	const struct kept *k = r->snapshot;

	if (!k || k->message.epoch != epoch || now - k->message.at > r->n)
		return NULL;
	return give(r->snapshot);
}

const struct message *
ring_set_snapshot(struct ring *r, uint64_t epoch, uint64_t at, struct buf *bytes)
{
	if (r->snapshot)
		let_go(r, r->snapshot);
	r->snapshot = keep(epoch, at, bytes);
	return give(r->snapshot);
}

void
ring_give_back(struct ring *r, const struct message *m)
{
	struct kept *k = (struct kept *)(uintptr_t)m;

	k->clients--;
	if (k->clients || k->held)
		return;
	r->given_bytes -= m->len;
	let_go(r, k);
}

size_t
ring_bytes(const struct ring *r)
{
	return r->bytes + r->given_bytes + (r->snapshot ? r->snapshot->message.len : 0);
}
