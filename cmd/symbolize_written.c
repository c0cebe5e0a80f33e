// SPDX-License-Identifier: GPL-2.0-or-later
/* The names that pb-symbolize writes. */
#include "cmd/symbolize_written.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static uint32_t
define_function(struct written *w, struct writer *out, const char *name, size_t len)
{
	size_t known = w->functions.n;
	uint32_t id = intern(&w->functions, name, len);

	if (id == known)
		write_function(out, &(struct function_record){text_of(name, len)});
	return id;
}

/* As an optional reference: 0 is none. */
static uint64_t
define_source(struct written *w, struct writer *out, const char *path, size_t len)
{
	size_t known = w->sources.n;
	uint32_t id = intern(&w->sources, path, len);

	if (id == known)
		write_source(out, &(struct source_record){text_of(path, len)});
	return id + 1ULL;
}

void
written_add(struct written *w, struct writer *out, uint32_t frame, const char *function, const char *source, uint32_t line)
{
	const uint32_t *f = addresses_find(&w->known_functions, function);
	const uint32_t *s = source ? addresses_find(&w->known_sources, source) : NULL;
	struct name_record r = {.frame = frame, .line = line};

	r.function = f ? *f : addresses_add(&w->known_functions, function, define_function(w, out, function, strlen(function)));
	if (source)
		r.source = s ? *s : addresses_add(&w->known_sources, source, (uint32_t)define_source(w, out, source, strlen(source)));
	write_name(out, &r);
}

/* ---- names that the stream has already ---- */

void
written_functions(struct written *w, struct writer *out, struct stream *s)
{
	struct function_record r;

	while (read_function(s, &r)) {
		GROW(w->their_functions, w->n_their_functions, w->cap_their_functions);
		w->their_functions[w->n_their_functions++] = define_function(w, out, r.name.data, r.name.len);
	}
}

void
written_sources(struct written *w, struct writer *out, struct stream *s)
{
	struct source_record r;

	while (read_source(s, &r)) {
		GROW(w->their_sources, w->n_their_sources, w->cap_their_sources);
		w->their_sources[w->n_their_sources++] = (uint32_t)define_source(w, out, r.path.data, r.path.len);
	}
}

void
written_keep(struct written *w, struct writer *out, const struct name_record *r)
{
	write_name(out, &(struct name_record){
				.frame = r->frame,
				.function = w->their_functions[r->function],
				.source = r->source ? w->their_sources[r->source - 1] : 0,
				.line = r->line,
			});
}

void
written_free(struct written *w)
{
	intern_free(&w->functions);
	intern_free(&w->sources);
	addresses_free(&w->known_functions);
	addresses_free(&w->known_sources);
	free(w->their_functions);
	free(w->their_sources);
	*w = (struct written){0};
}
