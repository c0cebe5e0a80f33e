// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's input. The thread reads without the lock and takes it to enter what it has read: when the input has nothing
 * more for a moment, as after each window, or a quarter of a second has passed. */
#include "cmd/serve_feed.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/msg.h"
#include "cmd/serve_clerk.h"
#include "cmd/serve_facts.h"
#include "cmd/serve_message.h"
#include "cmd/serve_ring.h"
#include "cmd/serve_segment.h"
#include "cmd/serve_store.h"
#include "stream/stream.h"

enum {
	IDLE = 10,	     /* ms without input after which is entered what was read */
	RING_BYTES = 4 << 20,
	CELLS_MAX = 1 << 18, /* read and not yet entered */
};

/* What is said once. */
enum { NOTE_CROWDED, NOTE_CUT, NOTES };

static const char *const notes[] = {
	[NOTE_CROWDED] = "what a segment of the stream defines takes more than three eighths of --memory, and room from the profile: "
			 "see pb-record --segment-size",
	[NOTE_CUT] = "names that are too long to be kept whole end in " CUT_MARK,
};

static const uint64_t often = 250000000; /* ns after which is entered what was read while input keeps coming */

struct feed {
	struct feed_options options;
	void (*wake)(void *to);
	void *to;
	pthread_t thread;
	int input, stopping, nothing; /* our own descriptor of the input; an eventfd; /dev/null, for when there is no file left */
	char *name;

	/* the thread's own */
	struct stream *stream;
	struct segment segment;
	bool cut_off;	    /* by feed_stop() */
	uint64_t entered;   /* when, CLOCK_MONOTONIC; changed with the lock held */
	enum feed_state becomes; /* with the next that is entered */

	pthread_mutex_t lock; /* of what follows, and of segment.nodes; held long while the profile is made smaller */
	struct store store;
	struct buf facts;
	atomic_bool began;  /* the first segment */
	atomic_bool missed; /* somebody did not wait for the lock and is to be woken when it is free */

	struct clerk clerk;

	pthread_mutex_t ring_lock; /* of what follows; never held long; taken last */
	struct ring ring;
	enum feed_state state;
	char *error; /* the thread writes it, and reads it without the lock */
	uint64_t epoch, at;
	bool noted[NOTES], said[NOTES];
};

static _Thread_local struct feed *reading; /* stream_on_wait() hands over nothing but the descriptor */

/* ---- entering what was read ---- */

static bool
write_facts(struct feed *f)
{
	const struct facts facts = {
		.state = f->becomes,
		.error = f->error,
		.pruned = f->store.pruned,
		.merged = f->store.history.merged,
		.control = f->options.control,
		.crowded = f->store.crowded,
		.cut = f->store.profile.cut,
	};
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

/* Remembers what is to be said once. */
static void
note(struct feed *f)
{
	pthread_mutex_lock(&f->ring_lock);
	f->noted[NOTE_CROWDED] |= f->store.crowded;
	f->noted[NOTE_CUT] |= f->store.profile.cut;
	pthread_mutex_unlock(&f->ring_lock);
}

/* With the lock held. True: there is something new for clients. */
static bool
enter(struct feed *f)
{
	struct message_mark before = message_mark(&f->store.profile);
	bool renewed = store_enter(&f->store, &f->segment), facts = write_facts(f);
	struct buf delta = {0};

	note(f);
	if (!renewed && !facts && !f->store.n_windows && f->store.profile.n_events == before.events)
		return false;
	if (!renewed)
		message_delta(&delta, f->epoch, f->at + 1, &f->store.profile, &before, &f->store.windows, f->store.n_windows,
			      facts ? &f->facts : NULL);
	pthread_mutex_lock(&f->ring_lock);
	f->at++;
	f->epoch += renewed;
	f->state = f->becomes;
	if (renewed)
		ring_clear(&f->ring);
	else
		ring_add(&f->ring, f->epoch, f->at, &delta);
	pthread_mutex_unlock(&f->ring_lock);
	return true;
}

static void
unlock(struct feed *f, bool news)
{
	pthread_mutex_unlock(&f->lock);
	if (atomic_exchange(&f->missed, false) || news)
		f->wake(f->to);
}

static void
commit(struct feed *f)
{
	bool news;

	pthread_mutex_lock(&f->lock);
	news = enter(f);
	f->entered = clock_ns(CLOCK_MONOTONIC);
	unlock(f, news);
}

/* ---- reading ---- */

/* As if the input ended. The descriptor is ours and nobody else uses it. */
static void
cut_off(struct feed *f)
{
	dup2(f->nothing, f->input);
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
	pthread_mutex_lock(&f->ring_lock);
	free(f->error);
	f->error = xstrdup(text);
	pthread_mutex_unlock(&f->ring_lock);
	f->segment.changed = true;
}

static void
end_segment(struct feed *f)
{
	commit(f);
	pthread_mutex_lock(&f->lock);
	history_settle(&f->store.history);
	segment_begin(&f->segment, f->stream);
	unlock(f, false);
}

static void
take_block(struct feed *f)
{
	const char *warning = stream_warning(f->stream);

	if (warning)
		set_error(f, warning);
	if (stream_type(f->stream) == RECORD_segment) {
		end_segment(f);
		atomic_store(&f->began, true);
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
	f->becomes = state;
	f->segment.changed = true;
	commit(f);
	close(f->input); /* whoever writes to the pipe learns it once the caller's is closed, too */
	return NULL;
}

/* ---- the other side ---- */

static bool
take_document(void *to, struct document *d)
{
	struct feed *f = to;
	bool good;

	pthread_mutex_lock(&f->lock);
	good = document_take(d, &f->store.profile, &f->store.history, &f->facts);
	d->epoch = f->epoch;
	d->at = f->at;
	d->bytes = profile_bytes(&f->store.profile) + history_bytes(&f->store.history) + f->store.segment_bytes;
	pthread_mutex_lock(&f->ring_lock);
	d->bytes += ring_bytes(&f->ring);
	d->held = f->ring.given_bytes;
	if (f->state == FEED_LIVE)
		d->silent = (clock_ns(CLOCK_MONOTONIC) - f->entered) / 1000000000;
	pthread_mutex_unlock(&f->ring_lock);
	unlock(f, false);
	d->cap = f->options.memory;
	return good;
}

static void
document_done(void *to)
{
	struct feed *f = to;

	f->wake(f->to);
}

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
	mallopt(M_ARENA_MAX, 2);
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
	f->nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (f->input < 0 || f->stopping < 0 || f->nothing < 0)
		die("%s:", f->nothing < 0 && f->stopping >= 0 ? "/dev/null" : name);
	pthread_mutex_init(&f->lock, NULL);
	pthread_mutex_init(&f->ring_lock, NULL);
	f->clerk = (struct clerk){.take = take_document, .done = document_done, .to = f, .most = (size_t)(o->memory / 8 * 3)};
	clerk_init(&f->clerk);
	store_init(&f->store, &f->segment, o->memory, o->window_ns);
	f->store.most_bytes = f->ring.most_bytes;
	segment_init(&f->segment, &f->store.profile, (size_t)smaller(CELLS_MAX, o->memory / 256));
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
	clerk_free(&f->clerk);
	segment_free(&f->segment);
	store_free(&f->store);
	ring_clear(&f->ring);
	buf_free(&f->facts);
	pthread_mutex_destroy(&f->lock);
	pthread_mutex_destroy(&f->ring_lock);
	close(f->stopping);
	close(f->nothing);
	free(f->error);
	free(f->name);
	free(f);
}

enum feed_state
feed_state(struct feed *f)
{
	enum feed_state state;

	pthread_mutex_lock(&f->ring_lock);
	state = f->state;
	pthread_mutex_unlock(&f->ring_lock);
	return state;
}

bool
feed_began(struct feed *f)
{
	return atomic_load(&f->began);
}

void
feed_error(struct feed *f, struct buf *out)
{
	pthread_mutex_lock(&f->ring_lock);
	buf_puts(out, f->error);
	pthread_mutex_unlock(&f->ring_lock);
}

const char *
feed_note(struct feed *f)
{
	const char *note = NULL;

	pthread_mutex_lock(&f->ring_lock);
	for (int i = 0; i < NOTES && !note; i++)
		if (f->noted[i] && !f->said[i]) {
			f->said[i] = true;
			note = notes[i];
		}
	pthread_mutex_unlock(&f->ring_lock);
	return note;
}

/* What is there already: a delta, or a snapshot that deltas go on from. */
static const struct message *
find_message(struct feed *f, uint64_t epoch, uint64_t at, bool *wanted)
{
	const struct message *m = NULL;

	pthread_mutex_lock(&f->ring_lock);
	*wanted = epoch != f->epoch || at != f->at;
	if (epoch == f->epoch)
		m = ring_delta(&f->ring, at, f->at);
	if (!m && *wanted)
		m = ring_snapshot(&f->ring, f->epoch, f->at);
	pthread_mutex_unlock(&f->ring_lock);
	return m;
}

/* False while the reading thread has the lock: it will wake. */
static bool
lock_at_once(struct feed *f)
{
	if (!pthread_mutex_trylock(&f->lock))
		return true;
	atomic_store(&f->missed, true);
	return !pthread_mutex_trylock(&f->lock); /* if it was set too late to be seen */
}

const struct message *
feed_message(struct feed *f, uint64_t epoch, uint64_t at)
{
	bool wanted;
	const struct message *m = find_message(f, epoch, at, &wanted);
	struct buf b = {0};

	if (m || !wanted || !lock_at_once(f))
		return m;
	message_snapshot(&b, f->epoch, f->at, &f->store.profile, &f->store.history, &f->facts);
	pthread_mutex_lock(&f->ring_lock);
	m = ring_set_snapshot(&f->ring, f->epoch, f->at, &b);
	pthread_mutex_unlock(&f->ring_lock);
	pthread_mutex_unlock(&f->lock);
	return m;
}

void
message_release(struct feed *f, const struct message *m)
{
	pthread_mutex_lock(&f->ring_lock);
	ring_give_back(&f->ring, m);
	pthread_mutex_unlock(&f->ring_lock);
}

uint64_t
feed_held(struct feed *f)
{
	uint64_t n;

	pthread_mutex_lock(&f->ring_lock);
	n = f->ring.given_bytes;
	pthread_mutex_unlock(&f->ring_lock);
	return n;
}

struct order *
feed_order(struct feed *f, enum feed_document which, const char *query, struct buf *why)
{
	struct document d = {0};

	return document_choose(&d, which, query, why) ? clerk_order(&f->clerk, &d) : NULL;
}

enum order_state
order_state(struct feed *f, const struct order *o)
{
	return clerk_state(&f->clerk, o);
}

void
order_give_up(struct feed *f, struct order *o)
{
	clerk_give_up(&f->clerk, o);
}
