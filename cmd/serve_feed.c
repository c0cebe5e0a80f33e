// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's input. The thread reads without the lock and takes it to enter what it has read: when the input has nothing
 * more for a moment, as after each window, or a quarter of a second has passed. */
#include "cmd/serve_feed.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/msg.h"
#include "cmd/serve_document.h"
#include "cmd/serve_facts.h"
#include "cmd/serve_history.h"
#include "cmd/serve_message.h"
#include "cmd/serve_profile.h"
#include "cmd/serve_renew.h"
#include "cmd/serve_ring.h"
#include "cmd/serve_segment.h"
#include "stream/stream.h"

enum {
	IDLE = 10,	     /* ms without input after which is entered what was read */
	SPANS_MAX = 3600,    /* windows kept apart: an hour of seconds; pages keep no more */
	RING_BYTES = 4 << 20,
	CELLS_MAX = 1 << 18, /* read and not yet entered */
	NODES_SHARE = 1024,  /* of the memory, in bytes: one node may be added before it is looked at again */
};

static const uint64_t often = 250000000; /* ns after which is entered what was read while input keeps coming */

struct feed {
	struct feed_options options;
	void (*wake)(void *to);
	void *to;
	pthread_t thread;
	int input, stopping; /* our own descriptor of the input; an eventfd */
	char *name;

	/* the thread's own */
	struct stream *stream;
	struct segment segment;
	bool cut_off;	    /* by feed_stop() */
	uint64_t entered;   /* when, CLOCK_MONOTONIC */
	struct buf windows; /* records of the delta being made */
	size_t n_windows;

	pthread_mutex_t lock; /* of all that follows, and of segment.nodes */
	struct profile profile;
	struct history history;
	struct ring ring;
	struct buf facts;
	enum feed_state state;
	char *error;
	uint64_t epoch, at, pruned;
	size_t segment_bytes;
};

static _Thread_local struct feed *reading; /* stream_on_wait() hands over nothing but the descriptor */

/* ---- entering what was read ---- */

static void
take_window(void *to, struct span *s, bool continues)
{
	struct feed *f = to;
	struct history *h = &f->history;

	continues &= h->n > 0;
	if (f->windows.len <= f->ring.most_bytes) {
		message_window(&f->windows, h, s, h->number + (h->n && !continues));
		f->n_windows++;
	}
	if (continues)
		history_continue(h, s);
	else
		history_append(h, s);
}

static bool
write_facts(struct feed *f)
{
	const struct facts facts = {f->state, f->error, f->pruned, f->history.merged, f->options.control};
	struct buf b = {0};

	facts_write(&b, &facts, &f->segment);
	f->segment.changed = false;
	if (b.len == f->facts.len && !memcmp(b.data, f->facts.data, b.len)) {
		buf_free(&b);
		return false;
	}
	buf_free(&f->facts);
	f->facts = b;
	return true;
}

static void
limit_windows(struct feed *f)
{
	struct history *h = &f->history;
	uint64_t newest = h->n ? h->spans[h->n - 1].end : 0;
	size_t apart = 0;

	if (h->n <= SPANS_MAX)
		return;
	while (apart < h->n && newest - h->spans[h->n - 1 - apart].end < f->options.window_ns)
		apart++;
	history_merge(h, newest > f->options.window_ns ? newest - f->options.window_ns : 0,
		      apart < SPANS_MAX / 2 ? SPANS_MAX * 3 / 4 - apart : SPANS_MAX / 4);
	if (h->n > SPANS_MAX)
		history_merge(h, UINT64_MAX, SPANS_MAX * 3 / 4);
}

/* What the profile and its history may take: with what a segment defines, half of all, for to make it smaller and to make
 * messages of it takes memory, too. A large segment leaves it an eighth. */
static size_t
allowance(const struct feed *f)
{
	uint64_t all = f->options.memory / 2, least = f->options.memory / 8;

	return all > f->segment_bytes + least ? (size_t)(all - f->segment_bytes) : (size_t)least;
}

/* Coarser windows first, then fewer nodes and tasks. True: ids have changed. */
static bool
limit_memory(struct feed *f)
{
	struct profile *p = &f->profile;
	struct history *h = &f->history;
	size_t most;

	f->segment_bytes = segment_bytes(&f->segment);
	most = allowance(f);
	if (profile_bytes(p) + history_bytes(h) <= most)
		return false;
	for (size_t n = h->n; n > 64 && history_bytes(h) > most / 4; n /= 2)
		history_merge(h, UINT64_MAX, n / 2);
	if (profile_bytes(p) + history_bytes(h) <= most / 4 * 3)
		return false;
	renew_smaller(p, h, &f->segment.nodes, most / 2);
	segment_forget_groups(&f->segment);
	f->pruned = renew_pruned(p, h);
	return true;
}

/* Enters all that was read. True: ids have changed. */
static bool
enter_samples(struct feed *f)
{
	bool renewed = f->segment.renamed, all;

	if (renewed) {
		renew_names(&f->profile, &f->history, &f->segment.nodes);
		segment_forget_groups(&f->segment);
	}
	f->segment.renamed = false;
	f->windows.len = f->n_windows = 0;
	do {
		all = segment_enter(&f->segment, &f->history, (size_t)(f->options.memory / NODES_SHARE), take_window, f);
		limit_windows(f);
		renewed |= limit_memory(f);
	} while (!all);
	return renewed;
}

/* With the lock held. True: there is something new for clients. */
static bool
enter(struct feed *f)
{
	struct message_mark before = message_mark(&f->profile);
	bool renewed = enter_samples(f), facts = write_facts(f);
	struct buf delta = {0};

	if (!renewed && !facts && !f->n_windows)
		return false;
	f->at++;
	if (renewed) {
		f->epoch++;
		ring_clear(&f->ring);
		return true;
	}
	message_delta(&delta, f->epoch, f->at, &f->profile, &before, &f->windows, f->n_windows, facts ? &f->facts : NULL);
	ring_add(&f->ring, f->epoch, f->at, &delta);
	return true;
}

static void
commit(struct feed *f)
{
	bool news;

	pthread_mutex_lock(&f->lock);
	news = enter(f);
	pthread_mutex_unlock(&f->lock);
	f->entered = clock_ns(CLOCK_MONOTONIC);
	if (news)
		f->wake(f->to);
}

/* ---- reading ---- */

/* As if the input ended. The descriptor is ours and nobody else uses it. */
static void
cut_off(struct feed *f)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (nothing >= 0) {
		dup2(nothing, f->input);
		close(nothing);
	}
	f->cut_off = true;
}

static bool
has_news(const struct feed *f)
{
	return segment_has_samples(&f->segment) || f->segment.changed || f->segment.renamed;
}

static void
wait_for_more(int fd)
{
	struct feed *f = reading;
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = f->stopping, .events = POLLIN}};

	if (f->cut_off)
		return;
	while (poll(fds, 2, has_news(f) ? IDLE : -1) <= 0)
		if (has_news(f))
			commit(f);
	if (fds[1].revents)
		cut_off(f);
}

static void
set_error(struct feed *f, const char *text)
{
	pthread_mutex_lock(&f->lock);
	free(f->error);
	f->error = xstrdup(text);
	f->segment.changed = true;
	pthread_mutex_unlock(&f->lock);
}

static void
end_segment(struct feed *f)
{
	commit(f);
	pthread_mutex_lock(&f->lock);
	history_settle(&f->history);
	segment_begin(&f->segment, f->stream);
	pthread_mutex_unlock(&f->lock);
}

static void
take_block(struct feed *f)
{
	const char *warning = stream_warning(f->stream);

	if (warning)
		set_error(f, warning);
	if (stream_type(f->stream) == RECORD_segment) {
		end_segment(f);
		return;
	}
	while (!segment_take(&f->segment, f->stream))
		commit(f);
	if (clock_ns(CLOCK_MONOTONIC) - f->entered > often)
		commit(f);
}

static enum feed_state
state_at_end(struct feed *f, bool malformed)
{
	if (f->cut_off && !f->segment.ended)
		return FEED_STOPPED;
	if (malformed)
		return FEED_FAILED;
	return f->segment.ended ? FEED_ENDED : FEED_CUT;
}

static void *
read_stream(void *arg)
{
	struct feed *f = arg;
	enum feed_state state;
	const char *warning;
	int64_t type;

	reading = f;
	f->stream = stream_open(f->input, f->name);
	stream_on_wait(f->stream, wait_for_more);
	while ((type = stream_next(f->stream)) > 0)
		take_block(f);
	state = state_at_end(f, type < 0);
	warning = type < 0 ? stream_error(f->stream) : stream_warning(f->stream);
	if (warning && state != FEED_STOPPED)
		set_error(f, warning);
	stream_close(f->stream);
	f->stream = NULL;
	end_segment(f);
	pthread_mutex_lock(&f->lock);
	f->state = state;
	pthread_mutex_unlock(&f->lock);
	commit(f);
	close(f->input); /* whoever writes to the pipe learns it once the caller's is closed, too */
	return NULL;
}

/* ---- the other side ---- */

static void
start_thread(struct feed *f)
{
	sigset_t all, before;
	int error;

	sigfillset(&all); /* signals are for the thread that serves */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&f->thread, NULL, read_stream, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		die("no thread to read with: %s", strerror(error));
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct feed *
feed_start(int fd, const char *name, const struct feed_options *o, void (*wake)(void *to), void *to)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	mallopt(M_MMAP_THRESHOLD, 256 << 10); /* large arrays come and go: the system gets them back at once */
	f->options = *o;
	f->wake = wake;
	f->to = to;
	f->name = xstrdup(name);
	f->error = xstrdup("");
	f->epoch = clock_ns(CLOCK_REALTIME) / 1000; /* a page may have met another server at this address */
	f->at = 1;
	f->entered = clock_ns(CLOCK_MONOTONIC);
	f->ring.most_bytes = (size_t)smaller(RING_BYTES, o->memory / 16);
	f->input = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	f->stopping = eventfd(0, EFD_CLOEXEC);
	if (f->input < 0 || f->stopping < 0)
		die("%s:", name);
	pthread_mutex_init(&f->lock, NULL);
	profile_init(&f->profile);
	segment_init(&f->segment, &f->profile, (size_t)smaller(CELLS_MAX, o->memory / 256));
	f->history.ends = &f->segment.nodes;
	write_facts(f);
	start_thread(f);
	return f;
}

void
feed_stop(struct feed *f)
{
	eventfd_write(f->stopping, 1);
}

void
feed_close(struct feed *f)
{
	feed_stop(f);
	pthread_join(f->thread, NULL);
	segment_free(&f->segment);
	profile_free(&f->profile);
	history_free(&f->history);
	ring_clear(&f->ring);
	buf_free(&f->facts);
	buf_free(&f->windows);
	pthread_mutex_destroy(&f->lock);
	close(f->stopping);
	free(f->error);
	free(f->name);
	free(f);
}

enum feed_state
feed_state(struct feed *f)
{
	enum feed_state state;

	pthread_mutex_lock(&f->lock);
	state = f->state;
	pthread_mutex_unlock(&f->lock);
	return state;
}

void
feed_error(struct feed *f, struct buf *out)
{
	pthread_mutex_lock(&f->lock);
	if (f->error)
		buf_puts(out, f->error);
	pthread_mutex_unlock(&f->lock);
}

static const struct message *
snapshot(struct feed *f)
{
	const struct message *m = ring_snapshot(&f->ring, f->epoch, f->at);
	struct buf b = {0};

	if (m)
		return m;
	message_snapshot(&b, f->epoch, f->at, &f->profile, &f->history, &f->facts);
	return ring_set_snapshot(&f->ring, f->epoch, f->at, &b);
}

const struct message *
feed_message(struct feed *f, uint64_t epoch, uint64_t at)
{
	const struct message *m = NULL;

	pthread_mutex_lock(&f->lock);
	if (epoch == f->epoch)
		m = ring_delta(&f->ring, at, f->at);
	if (!m && (epoch != f->epoch || at != f->at))
		m = snapshot(f);
	pthread_mutex_unlock(&f->lock);
	return m;
}

void
message_release(struct feed *f, const struct message *m)
{
	pthread_mutex_lock(&f->lock);
	ring_give_back(&f->ring, m);
	pthread_mutex_unlock(&f->lock);
}

unsigned
feed_snapshots(struct feed *f)
{
	unsigned n;

	pthread_mutex_lock(&f->lock);
	n = f->ring.snapshots;
	pthread_mutex_unlock(&f->lock);
	return n;
}

bool
feed_document(struct feed *f, enum feed_document which, const char *query, struct buf *out)
{
	struct document d = {0};

	if (!document_choose(&d, which, query, out))
		return false;
	pthread_mutex_lock(&f->lock);
	document_take(&d, &f->profile, &f->history, &f->facts);
	d.epoch = f->epoch;
	d.at = f->at;
	d.bytes = profile_bytes(&f->profile) + history_bytes(&f->history) + f->segment_bytes + ring_bytes(&f->ring);
	pthread_mutex_unlock(&f->lock);
	d.cap = f->options.memory;
	document_write(&d, out);
	return true;
}
