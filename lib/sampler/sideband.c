// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel tells about processes while we sample. */
#include "sampler/sideband.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "sampler/advice.h"
#include "sampler/code.h"
#include "sampler/proc.h"

enum {
	RING_BYTES = 512 << 10, /* a power of two; what kernel.perf_event_mlock_kb allows by default */
	WRITE_TAKES = 20000,	/* ns between a record's time and its being in the ring */
};

struct ring {
	int fd;
	struct perf_event_mmap_page *page;
	char *data;
};

/* One record that waits for its time; the record's bytes are in the arena. */
struct pending {
	uint64_t time, order;
	size_t at;
};

/* Records in the order in which they came, and then of their time. */
struct queue {
	struct buf arena;
	struct pending *pending;
	size_t n, cap, applied;
};

struct sideband {
	struct ring *rings;
	size_t n_rings, page_size;
	struct queue past, present; /* each record is in both */
	uint64_t order, lost;
	uint64_t collected; /* when all rings were known to be empty, CLOCK_MONOTONIC ns */
	bool follows;	    /* present is used */
	struct code_notices notices;
};

/* What follows each record because of sample_id_all: sample_type is TID | TIME. */
struct sample_id {
	uint32_t pid, tid;
	uint64_t time;
};

static int
open_dummy(uint32_t cpu, bool wakes)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.build_id = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.watermark = 1,
		.wakeup_watermark = wakes ? 1 : UINT32_MAX,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0 && errno == EINVAL) { /* before 5.12 */
		attr.build_id = 0;
		fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	}
	return fd;
}

static int
open_ring(struct sideband *s, struct ring *r, uint32_t cpu, struct err *err)
{
	void *p;

	r->fd = open_dummy(cpu, s->follows);
	if (r->fd < 0)
		return advise_perf(err, "side-band event", 0);
	p = mmap(NULL, RING_BYTES + s->page_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED) {
		close(r->fd);
		return err_set(err, "side-band buffer: mmap (kernel.perf_event_mlock_kb, 'ulimit -l'):");
	}
	r->page = p;
	r->data = (char *)p + s->page_size;
	return 0;
}

struct sideband *
sideband_open(const uint32_t *cpus, size_t n_cpus, bool follows, struct err *err)
{
	struct sideband *s = xcalloc(1, sizeof(*s));

	s->follows = follows;
	s->page_size = (size_t)sysconf(_SC_PAGESIZE);
	s->rings = xcalloc(n_cpus, sizeof(*s->rings));
	for (; s->n_rings < n_cpus; s->n_rings++)
		if (open_ring(s, &s->rings[s->n_rings], cpus[s->n_rings], err)) {
			sideband_close(s);
			return NULL;
		}
	return s;
}

static void
queue_free(struct queue *q)
{
	buf_free(&q->arena);
	free(q->pending);
}

void
sideband_close(struct sideband *s)
{
	for (size_t i = 0; i < s->n_rings; i++) {
		munmap(s->rings[i].page, RING_BYTES + s->page_size);
		close(s->rings[i].fd);
	}
	queue_free(&s->past);
	queue_free(&s->present);
	code_forget(&s->notices);
	free(s->rings);
	free(s);
}

uint64_t
sideband_lost(const struct sideband *s)
{
	return s->lost;
}

/* Copies a record whole: it may wrap round the ring's end. */
static void
copy_record(struct buf *to, const struct ring *r, uint64_t tail, size_t size)
{
	size_t ring_size = RING_BYTES, at = tail % ring_size;
	size_t first = ring_size - at < size ? ring_size - at : size;

	buf_add(to, r->data + at, first);
	buf_add(to, r->data, size - first);
}

static void
enqueue(struct queue *q, const char *record, size_t size, uint64_t time, uint64_t order)
{
	GROW(q->pending, q->n, q->cap);
	q->pending[q->n++] = (struct pending){.time = time, .order = order, .at = q->arena.len};
	buf_add(&q->arena, record, size);
}

static void
keep(struct sideband *s, const struct perf_event_header *h, const char *record)
{
	struct sample_id id;

	if (h->type == PERF_RECORD_LOST && h->size >= sizeof(*h) + 16) {
		uint64_t lost;

		memcpy(&lost, record + sizeof(*h) + 8, sizeof(lost));
		s->lost += lost;
	}
	if (h->size < sizeof(*h) + sizeof(id))
		return;
	memcpy(&id, record + h->size - sizeof(id), sizeof(id));
	enqueue(&s->past, record, h->size, id.time, s->order);
	if (s->follows)
		enqueue(&s->present, record, h->size, id.time, s->order);
	s->order++;
}

/* The body of PERF_RECORD_MMAP2 after pid and tid. */
struct mmap2_body {
	uint64_t address, length, page_offset;
	union {
		struct {
			uint32_t major, minor;
			uint64_t inode, inode_generation;
		};
		struct {
			uint8_t build_id_len, reserved[3];
			uint8_t build_id[20];
		};
	};
	uint32_t protection, flags;
	/* file name follows */
};

enum { PATH_ROOM = 4096 + 64 };

/* Of a record of PERF_RECORD_MMAP2. False: it is too short to be one. */
static bool
read_mmap2(const struct perf_event_header *h, const char *body, struct mmap2_body *b, char path[PATH_ROOM])
{
	size_t room = h->size - sizeof(*h) - 8, len;

	if (h->size < sizeof(*h) + 8 || room < sizeof(*b) + sizeof(struct sample_id) + 8)
		return false;
	memcpy(b, body + 8, sizeof(*b));
	len = strnlen(body + 8 + sizeof(*b), room - sizeof(*b) - sizeof(struct sample_id));
	if (len >= PATH_ROOM)
		len = PATH_ROOM - 1;
	memcpy(path, body + 8 + sizeof(*b), len);
	path[len] = 0;
	proc_strip_deleted(path, len);
	return true;
}

static void
notice(const struct perf_event_header *h, const char *record, struct code_notices *notices)
{
	char path[PATH_ROOM];
	struct mmap2_body b;
	uint32_t pid;

	if (h->type != PERF_RECORD_MMAP2 || !read_mmap2(h, record + sizeof(*h), &b, path))
		return;
	memcpy(&pid, record + sizeof(*h), sizeof(pid));
	if (pid && pid != UINT32_MAX) /* not in our pid namespace */
		code_notice(notices, pid, b.address, b.address + b.length, path);
}

static void
drain(struct sideband *s, struct ring *r)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE), tail = r->page->data_tail;
	size_t ring_size = RING_BYTES;
	struct buf record = {0};

	while (tail < head) {
		struct perf_event_header h; /* 8 bytes, never wraps: records are multiples of 8 */

		memcpy(&h, r->data + tail % ring_size, sizeof(h));
		if (h.size < sizeof(h))
			break;
		record.len = 0;
		copy_record(&record, r, tail, h.size);
		keep(s, &h, record.data);
		notice(&h, record.data, &s->notices);
		tail += h.size;
	}
	buf_free(&record);
	__atomic_store_n(&r->page->data_tail, tail, __ATOMIC_RELEASE);
}

/* Drops what was applied, so that the arena does not grow for ever. */
static void
compact(struct queue *q)
{
	struct buf kept = {0};

	if (!q->applied)
		return;
	for (size_t i = q->applied; i < q->n; i++) {
		struct pending *p = &q->pending[i];
		struct perf_event_header h;
		size_t at = kept.len;

		memcpy(&h, q->arena.data + p->at, sizeof(h));
		buf_add(&kept, q->arena.data + p->at, h.size);
		p->at = at;
		q->pending[i - q->applied] = *p;
	}
	q->n -= q->applied;
	q->applied = 0;
	buf_free(&q->arena);
	q->arena = kept;
}

void
sideband_collect(struct sideband *s)
{
	uint64_t time = monotonic_ns();

	compact(&s->past);
	compact(&s->present);
	for (size_t i = 0; i < s->n_rings; i++)
		drain(s, &s->rings[i]);
	s->collected = time;
}

struct code_notices *
sideband_notices(struct sideband *s)
{
	return &s->notices;
}

static int
by_time(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
sort(struct queue *q)
{
	if (q->n > q->applied)
		qsort(q->pending + q->applied, q->n - q->applied, sizeof(*q->pending), by_time);
}

void
sideband_sort(struct sideband *s)
{
	sort(&s->past);
}

static struct backing *
find_backing(struct backings *bs, uint32_t pid, const char *path, const struct mmap2_body *b, bool with_id)
{
	struct identity identity = {.path = path};

	if (with_id) {
		identity.build_id = b->build_id;
		identity.build_id_len = b->build_id_len;
	} else {
		identity.device = makedev(b->major, b->minor);
		identity.inode = b->inode;
	}
	return backing_get_mapped(bs, &identity,
				  &(struct place_of_file){path, b->inode, pid, b->address, b->address + b->length});
}

static void
apply_mmap(struct processes *ps, const struct perf_event_header *h, const char *body, uint32_t pid)
{
	bool with_id = h->misc & PERF_RECORD_MISC_MMAP_BUILD_ID;
	char path[PATH_ROOM];
	struct mmap2_body b;
	struct mapping m;

	if (!read_mmap2(h, body, &b, path))
		return;
	if (with_id && b.build_id_len > sizeof(b.build_id))
		return;
	m = (struct mapping){.start = b.address, .end = b.address + b.length, .page_offset = b.page_offset};
	m.backing = find_backing(ps->backings, pid, path, &b, with_id);
	process_map(ps, pid, &m);
}

bool
sideband_forked(const struct sideband *s, uint32_t tid, uint32_t *parent_tid, uint64_t *time)
{
	const struct queue *q = &s->past;

	for (size_t i = q->applied; i < q->n; i++) {
		const char *record = q->arena.data + q->pending[i].at;
		struct perf_event_header h;
		uint32_t ids[4]; /* pid, ppid, tid, ptid */

		memcpy(&h, record, sizeof(h));
		if (h.type != PERF_RECORD_FORK || h.size < sizeof(h) + sizeof(ids))
			continue;
		memcpy(ids, record + sizeof(h), sizeof(ids));
		if (ids[2] != tid)
			continue;
		*parent_tid = ids[3];
		*time = q->pending[i].time;
		return true;
	}
	return false;
}

static void
apply_one(struct processes *ps, const char *record, uint64_t time)
{
	struct perf_event_header h;
	const char *body = record + sizeof(h);
	uint32_t ids[4] = {0}; /* fork, exit: pid, ppid, tid, ptid; comm, mmap2: pid, tid */

	memcpy(&h, record, sizeof(h));
	memcpy(ids, body, h.size - sizeof(h) < sizeof(ids) ? h.size - sizeof(h) : sizeof(ids));
	if (h.type == PERF_RECORD_LOST)
		processes_doubt(ps);
	else if (!ids[0] || ids[0] == UINT32_MAX) /* not in our pid namespace */
		return;
	switch (h.type) {
	case PERF_RECORD_MMAP2:
		apply_mmap(ps, &h, body, ids[0]);
		break;
	case PERF_RECORD_COMM:
		if (h.misc & PERF_RECORD_MISC_COMM_EXEC)
			process_exec(ps, ids[0], time);
		break;
	case PERF_RECORD_FORK:
		process_fork(ps, ids[0], ids[1]);
		break;
	case PERF_RECORD_EXIT:
		if (ids[0] == ids[2])
			process_exit(ps, ids[0]);
		break;
	default:
		break;
	}
}

static void
apply(struct queue *q, uint64_t time, struct processes *ps)
{
	for (; q->applied < q->n && q->pending[q->applied].time <= time; q->applied++)
		apply_one(ps, q->arena.data + q->pending[q->applied].at, q->pending[q->applied].time);
}

void
sideband_apply(struct sideband *s, uint64_t time, struct processes *ps)
{
	apply(&s->past, time, ps);
}

/* What was written to one cpu's ring after it was emptied may be older than what another one's held then. */
void
sideband_follow(struct sideband *s, struct processes *ps)
{
	sort(&s->present);
	apply(&s->present, s->collected - WRITE_TAKES, ps);
}

bool
sideband_waits(const struct sideband *s)
{
	return s->present.applied < s->present.n;
}

void
sideband_watch(struct sideband *s, int epoll)
{
	for (size_t i = 0; i < s->n_rings; i++)
		epoll_ctl(epoll, EPOLL_CTL_ADD, s->rings[i].fd, &(struct epoll_event){.events = EPOLLIN});
}
