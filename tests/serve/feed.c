// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs pb-serve's feed on stdin and writes what it gives, "NAME LENGTH\n" and the bytes, one after the other: each message
 * to a client that follows from the start ("message"), one to a client that comes at the end ("late"), documents.
 *
 *	feed [-m MEMORY] [-w WINDOW_NS] [-c CLIENTS] [-s STOP_MS] [-q] [-a] [DOCUMENT?QUERY]... < STREAM
 *
 * CLIENTS further ones take messages, too, some of them slowly. -q writes no messages, -a leaves out the client that
 * follows: what the late one gets is a snapshot of all. On stderr: what it took. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "cmd/serve_feed.h"

enum { CLIENTS_MAX = 1000, KEPT_MAX = 16 << 20, DOCUMENT_MAX = 1 << 30 };

struct client {
	uint64_t epoch, at;
	const struct message *held; /* by a slow client */
	unsigned turns;
};

static struct client clients[CLIENTS_MAX];
static int woken, n_clients;
static bool quiet, absent;
static uint64_t messages, snapshots, most_bytes;

static void
wake(void *to)
{
	(void)to;
	eventfd_write(woken, 1);
}

static void
put(const char *name, const void *bytes, size_t len)
{
	printf("%s %zu\n", name, len);
	if (len)
		fwrite(bytes, 1, len, stdout);
}

/* Takes one message; false when there is none. */
static bool
follow(struct feed *f, struct client *c, const char *name)
{
	const struct message *m = feed_message(f, c->epoch, c->at);

	if (!m)
		return false;
	messages++;
	snapshots += *m->bytes == 'S';
	most_bytes = m->len > most_bytes ? m->len : most_bytes;
	if (name)
		put(name, m->bytes, m->len);
	c->epoch = m->epoch;
	c->at = m->at;
	message_release(f, m);
	return true;
}

/* The nth client takes something every nth time, and keeps it until the next. */
static void
follow_slowly(struct feed *f, int n)
{
	struct client *c = &clients[n];

	if (c->turns++ % ((unsigned)n + 1))
		return;
	if (c->held)
		message_release(f, c->held);
	c->held = feed_message(f, c->epoch, c->at);
	if (c->held) {
		c->epoch = c->held->epoch;
		c->at = c->held->at;
	}
}

/* A document comes in parts: it is counted, kept if it is small, and what is larger comes as its beginning. */
static void
put_order(struct feed *f, const char *name, struct order *o)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC), ready, total = 0, longest = 0;
	struct buf part = {0}, all = {0};
	enum order_state state;
	eventfd_t n;

	while ((state = order_state(f, o)) == ORDER_WAITS)
		if (poll(&(struct pollfd){.fd = woken, .events = POLLIN}, 1, -1) > 0)
			eventfd_read(woken, &n);
	ready = clock_ns(CLOCK_MONOTONIC);
	for (uint64_t before = ready; state == ORDER_READY && order_more(o, &part) && total < DOCUMENT_MAX;) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);

		longest = now - before > longest ? now - before : longest;
		total += part.len;
		if (all.len < KEPT_MAX)
			buf_add(&all, part.data, part.len);
		part.len = 0;
		before = clock_ns(CLOCK_MONOTONIC);
	}
	put(state == ORDER_READY ? name : state == ORDER_UNKNOWN ? "unknown" : "too large", all.data, all.len);
	fprintf(stderr, "document %s: ready after %llu us, %llu bytes, longest step %llu us\n", name,
		(unsigned long long)(ready - start) / 1000, (unsigned long long)total, (unsigned long long)longest / 1000);
	order_give_up(f, o);
	buf_free(&part);
	buf_free(&all);
}

static void
put_document(struct feed *f, const char *what)
{
	static const char *const names[] = {
		[FEED_TREE_JSON] = "tree", [FEED_FOLDED] = "folded", [FEED_FLAME_SVG] = "svg", [FEED_STATS] = "stats"};
	size_t len = strcspn(what, "?");
	struct buf b = {0};
	struct order *o;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len == strlen(names[i]) && !strncmp(what, names[i], len)) {
			o = feed_order(f, i, what[len] ? what + len + 1 : "", &b);
			if (o)
				put_order(f, what, o);
			else
				put("refused", b.data, b.len);
		}
	buf_free(&b);
}

static void
serve(struct feed *f, uint64_t stop_ns)
{
	struct pollfd p = {.fd = woken, .events = POLLIN};
	struct client first = {0};
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + stop_ns;
	bool live = true;
	eventfd_t n;

	while (live) {
		live = feed_state(f) == FEED_LIVE;
		while (!absent && follow(f, &first, quiet ? NULL : "message"))
			;
		for (int i = 0; i < n_clients; i++)
			follow_slowly(f, i);
		if (live && poll(&p, 1, 100) > 0)
			eventfd_read(woken, &n);
		if (clock_ns(CLOCK_MONOTONIC) > end)
			feed_stop(f);
	}
	while (!absent && follow(f, &first, quiet ? NULL : "message"))
		;
	for (const char *note; (note = feed_note(f));)
		fprintf(stderr, "%s\n", note);
	fprintf(stderr, "%llu bytes held for clients\n", (unsigned long long)feed_held(f));
	for (int i = 0; i < n_clients; i++)
		if (clients[i].held)
			message_release(f, clients[i].held);
}

int
main(int argc, char **argv)
{
	struct feed_options o = {.memory = 64 << 20, .window_ns = 3600ull * 1000000000};
	uint64_t stop = UINT64_MAX / 2, start = clock_ns(CLOCK_MONOTONIC), late;
	struct client last = {0};
	struct rusage usage;
	struct feed *f;
	int c;

	while ((c = getopt(argc, argv, "m:w:c:s:qa")) >= 0) {
		if (c == 'm')
			o.memory = strtoull(optarg, NULL, 10);
		if (c == 'w')
			o.window_ns = strtoull(optarg, NULL, 10);
		if (c == 'c')
			n_clients = atoi(optarg);
		if (c == 's')
			stop = strtoull(optarg, NULL, 10) * 1000000;
		quiet |= c == 'q';
		absent |= c == 'a';
	}
	woken = eventfd(0, EFD_NONBLOCK);
	f = feed_start(STDIN_FILENO, "<stdin>", &o, wake, NULL);
	serve(f, stop);
	late = clock_ns(CLOCK_MONOTONIC);
	while (follow(f, &last, "late"))
		;
	fprintf(stderr, "snapshot %llu us\n", (unsigned long long)(clock_ns(CLOCK_MONOTONIC) - late) / 1000);
	for (; optind < argc; optind++)
		put_document(f, argv[optind]);
	feed_close(f);
	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "%llu messages, %llu snapshots, largest %llu bytes, %llu ms, %ld kB\n", (unsigned long long)messages,
		(unsigned long long)snapshots, (unsigned long long)most_bytes,
		(unsigned long long)(clock_ns(CLOCK_MONOTONIC) - start) / 1000000, usage.ru_maxrss);
	return fflush(stdout) != 0;
}
