// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of unwind tables. */
#include "sampler/slabs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sampler/advice.h"
#include "sampler/maps.h"

enum { TOGETHER = 4 /* placed by one call */ };

struct slabs {
	pthread_mutex_t making; /* while new ones are made */
	int fds[SLABS_MAX];
	uint32_t n, max;
	uint32_t placed; /* where the program finds them; read without the lock */
	int outer;	 /* -1: there is no program yet */
	uint8_t *memory; /* reserved whole, mapped as they are made */
};

static int
make_one(struct slabs *s, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "pb_slab", sizeof(uint32_t), UNWIND_CHUNK, SLAB_CHUNKS, &options);

	if (fd < 0)
		return advise_bpf(err, "making a map of unwind tables", errno);
	if (mmap(s->memory + (size_t)s->n * SLAB_BYTES, SLAB_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED) {
		close(fd);
		return err_set(err, "mapping a map of unwind tables:");
	}
	s->fds[s->n++] = fd;
	return 0;
}

/* Those that no program has found. Their place in our memory is mapped anew when it is needed. */
static void
unmake(struct slabs *s, uint32_t n)
{
	while (s->n > n)
		close(s->fds[--s->n]);
}

/* Places them together: the kernel takes some 10 ms each time. */
static int
make(struct slabs *s, uint32_t n, struct err *err)
{
	uint32_t places[TOGETHER], first = s->n;

	while (s->n < n && s->n - first < TOGETHER) {
		places[s->n - first] = s->n;
		if (make_one(s, err)) {
			unmake(s, first);
			return -1;
		}
	}
	if (first < s->n && maps_place(s->outer, places, s->fds + first, s->n - first)) {
		advise_bpf(err, "placing a map of unwind tables", errno);
		unmake(s, first);
		return -1;
	}
	__atomic_store_n(&s->placed, s->n, __ATOMIC_RELEASE);
	return s->n < n ? make(s, n, err) : 0;
}

int
slabs_need(struct slabs *s, uint32_t n, struct err *err)
{
	int status;

	if (n > s->max)
		n = s->max;
	if (__atomic_load_n(&s->placed, __ATOMIC_ACQUIRE) >= n)
		return 0;
	pthread_mutex_lock(&s->making);
	status = make(s, n, err);
	pthread_mutex_unlock(&s->making);
	return status;
}

struct slabs *
slabs_open(uint32_t max, struct err *err)
{
	struct slabs *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->making, NULL);
	s->outer = -1;
	s->max = max;
	s->memory = mmap(NULL, (size_t)max * SLAB_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->memory == MAP_FAILED)
		s->memory = NULL;
	if (s->memory && !make_one(s, err))
		return s;
	if (!s->memory)
		err_set(err, "reserving room for unwind tables:");
	slabs_close(s);
	return NULL;
}

void
slabs_close(struct slabs *s)
{
	if (s->memory)
		munmap(s->memory, (size_t)s->max * SLAB_BYTES);
	for (uint32_t i = 0; i < s->n; i++)
		close(s->fds[i]);
	pthread_mutex_destroy(&s->making);
	free(s);
}

int
slabs_model(const struct slabs *s)
{
	return s->fds[0];
}

int
slabs_bind(struct slabs *s, int outer, struct err *err)
{
	uint32_t zero = 0;

	s->outer = outer;
	if (maps_place(outer, &zero, s->fds, 1))
		return advise_bpf(err, "placing a map of unwind tables", errno);
	s->placed = 1;
	return 0;
}

void
slabs_settle(struct slabs *s)
{
	uint32_t zero = 0;

	maps_place(s->outer, &zero, s->fds, 1);
}

uint8_t *
slabs_chunk(const struct slabs *s, uint32_t chunk)
{
	return s->memory + (size_t)chunk * UNWIND_CHUNK;
}
