// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of a segment's frames as pb-symbolize writes them. */
#include "cmd/symbolize_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct frame_name {
	uint64_t hash; /* of the chain that was written last; 0: none */
	bool theirs;
};

void
names_begin(struct names *n)
{
	n->n_their_functions = n->n_their_sources = n->n_frames = 0;
	intern_free(&n->functions);
	intern_free(&n->sources);
	addresses_free(&n->known_functions);
	addresses_free(&n->known_sources);
}

void
names_expect(struct names *n, size_t frames)
{
	while (n->n_frames < frames) {
		GROW(n->frames, n->n_frames, n->cap_frames);
		n->frames[n->n_frames++] = (struct frame_name){0};
	}
}

bool
names_has(const struct names *n, uint32_t frame)
{
	return n->frames[frame].hash || n->frames[frame].theirs;
}

static uint32_t
define_function(struct names *n, const char *name, size_t len)
{
	size_t known = n->functions.n;
	uint32_t id = intern(&n->functions, name, len);

	if (id == known)
		write_function(n->out, &(struct function_record){text_of(name, len)});
	return id;
}

/* As an optional reference: 0 is none. */
static uint64_t
define_source(struct names *n, const char *path, size_t len)
{
	size_t known = n->sources.n;
	uint32_t id = intern(&n->sources, path, len);

	if (id == known)
		write_source(n->out, &(struct source_record){text_of(path, len)});
	return id + 1ULL;
}

static void
write_one(struct names *n, uint32_t frame, const struct called *c)
{
	const uint32_t *f = addresses_find(&n->known_functions, c->function);
	const uint32_t *s = c->source ? addresses_find(&n->known_sources, c->source) : NULL;
	struct name_record r = {.frame = frame, .line = c->line};

	r.function = f ? *f : addresses_add(&n->known_functions, c->function, define_function(n, c->function, strlen(c->function)));
	if (c->source)
		r.source = s ? *s : addresses_add(&n->known_sources, c->source, (uint32_t)define_source(n, c->source, strlen(c->source)));
	write_name(n->out, &r);
}

/* By texts, which stay where they are. */
static uint64_t
hash_chain(const struct called *chain, uint32_t length)
{
	uint64_t hash = 1;

	for (uint32_t i = 0; i < length; i++) {
		hash = hash_pair(hash, (uintptr_t)chain[i].function);
		hash = hash_pair(hash, (uintptr_t)chain[i].source);
		hash = hash_pair(hash, chain[i].line);
	}
	return hash | 1;
}

void
names_write(struct names *n, uint32_t frame, const struct called *chain, uint32_t length)
{
	uint64_t hash = hash_chain(chain, length);

	if (!length || n->frames[frame].theirs || n->frames[frame].hash == hash)
		return;
	n->frames[frame].hash = hash;
	for (uint32_t i = 0; i < length; i++)
		write_one(n, frame, &chain[i]);
}

/* ---- names that the stream has already ---- */

static void
take_functions(struct names *n, struct stream *s)
{
	struct function_record r;

	while (read_function(s, &r)) {
		GROW(n->their_functions, n->n_their_functions, n->cap_their_functions);
		n->their_functions[n->n_their_functions++] = define_function(n, r.name.data, r.name.len);
	}
}

static void
take_sources(struct names *n, struct stream *s)
{
	struct source_record r;

	while (read_source(s, &r)) {
		GROW(n->their_sources, n->n_their_sources, n->cap_their_sources);
		n->their_sources[n->n_their_sources++] = (uint32_t)define_source(n, r.path.data, r.path.len);
	}
}

/* In a block of their own, as a new block is a new group of names for a frame. */
static void
take_names(struct names *n, struct stream *s)
{
	struct name_record r;

	while (read_name(s, &r)) {
		r.function = n->their_functions[r.function];
		r.source = r.source ? n->their_sources[r.source - 1] : 0;
		n->frames[r.frame].theirs = true;
		write_name(n->out, &r);
	}
	writer_flush(n->out);
}

bool
names_take(struct names *n, struct stream *s)
{
	switch (stream_type(s)) {
	case RECORD_function:
		take_functions(n, s);
		return true;
	case RECORD_source:
		take_sources(n, s);
		return true;
	case RECORD_name:
		take_names(n, s);
		return true;
	default:
		return false;
	}
}
