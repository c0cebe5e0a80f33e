// SPDX-License-Identifier: GPL-2.0-or-later
/* The one door to names. */
#include "sym/symbolize.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/intern.h"
#include "elf/sort.h"
#include "sym/demangle.h"
#include "sym/module.h"

/* Longer names are cut: a hostile file could make much of little. */
enum { NAME_LIMIT = 64 << 10 };

struct symbolizer {
	struct symbolizer_options options;
	struct module **modules; /* owned */
	size_t n, cap;
	struct intern files;	/* build-id and path of modules that are files */
	uint32_t *file_modules; /* by id in files */
	size_t n_files, cap_files;
	struct intern raw;     /* names as they are in symbol tables */
	struct called *called; /* by id in raw: what is shown for it */
	size_t n_called, cap_called;
	struct intern readable;	 /* the texts that called[] points to */
	struct intern told;	 /* the texts that told modules' tables point to */
	struct sort_item *items; /* the look-ups at hand by offset */
	size_t room;		 /* in items */
};

struct symbolizer *
symbolizer_open(const struct symbolizer_options *options)
{
	struct symbolizer *s = xcalloc(1, sizeof(*s));

	s->options = *options;
	return s;
}

void
symbolizer_close(struct symbolizer *s)
{
	for (size_t i = 0; i < s->n; i++) {
		module_free(s->modules[i]);
		free(s->modules[i]);
	}
	free(s->modules);
	free(s->file_modules);
	free(s->called);
	free(s->items);
	intern_free(&s->files);
	intern_free(&s->raw);
	intern_free(&s->readable);
	intern_free(&s->told);
	free(s);
}

static const char *
keep(struct intern *in, const char *text, size_t len)
{
	uint32_t id = intern(in, text, len);

	return in->all[id].text;
}

/* ---- modules ---- */

static uint32_t
new_module(struct symbolizer *s)
{
	GROW(s->modules, s->n, s->cap);
	s->modules[s->n] = xcalloc(1, sizeof(*s->modules[0]));
	return (uint32_t)s->n++;
}

uint32_t
symbolizer_file(struct symbolizer *s, const char *path, size_t path_len, const uint8_t *id, size_t len)
{
	struct buf key = {0};
	uint32_t file;

	if (len > BUILD_ID_MAX)
		len = BUILD_ID_MAX;
	buf_char(&key, (char)len);
	buf_add(&key, id, len);
	buf_add(&key, path, path_len);
	file = intern(&s->files, key.data, key.len);
	buf_free(&key);
	if (file == s->n_files) {
		struct module *m;

		GROW(s->file_modules, s->n_files, s->cap_files);
		s->file_modules[s->n_files++] = new_module(s);
		m = s->modules[s->n - 1];
		m->path = xstrndup(path, path_len);
		m->id_len = len;
		if (len)
			memcpy(m->id, id, len);
	}
	return s->file_modules[file];
}

void
symbolizer_mapped(struct symbolizer *s, uint32_t module, uint32_t pid, uint64_t start, uint64_t end)
{
	if (!s->modules[module]->tried)
		s->modules[module]->mapped = (struct mapped){pid, start, end};
}

uint32_t
symbolizer_told(struct symbolizer *s)
{
	uint32_t module = new_module(s);

	s->modules[module]->told = true;
	return module;
}

void
symbolizer_tell(struct symbolizer *s, uint32_t module, uint64_t start, uint64_t size, const char *name, size_t len)
{
	struct module *m = s->modules[module];

	if (!m->told || !len || !*name)
		return;
	m->n_symbols++;
	symtab_put(&m->symbols, start, size, keep(&s->told, name, len));
}

void
symbolizer_source(const struct symbolizer *s, uint32_t module, struct symbol_source *source)
{
	const struct module *m = s->modules[module];

	*source = (struct symbol_source){
		.tried = m->tried || m->told,
		.path = m->path,
		.image = m->image ? m->image->path : NULL,
		.debug = m->debug ? m->debug->path : NULL,
		.full = m->full,
		.symbols = m->n_symbols,
		.problem = m->problem.text[0] ? m->problem.text : NULL,
	};
}

/* ---- names ---- */

/* The length of a name in a file without the version that linkers add in .symtab: malloc@@GLIBC_2.2.5. */
static size_t
unversioned(const char *name, size_t len)
{
	const char *at = memchr(name, '@', len);

	return at && at > name ? (size_t)(at - name) : len;
}

/* What is shown for a symbol's name, as an index of called[]. */
static uint32_t
readable(struct symbolizer *s, const struct module *m, const char *name)
{
	size_t len = strnlen(name, NAME_LIMIT);
	struct buf text = {0};
	uint32_t id;

	if (!m->told)
		len = unversioned(name, len);
	id = intern(&s->raw, name, len);
	if (id < s->n_called)
		return id;
	GROW(s->called, s->n_called, s->cap_called);
	if (s->options.mangled || !demangle(name, len, &text))
		buf_add(&text, name, len);
	s->called[s->n_called++] = (struct called){
		.function = keep(&s->readable, text.data, text.len),
	};
	buf_free(&text);
	return id;
}

/* ---- look-ups ---- */

/* The order of the look-ups by offset, in s->items. */
static void
sort_lookups(struct symbolizer *s, const struct lookup *lookups, size_t n)
{
	if (n > s->room) {
		s->room = n;
		s->items = xreallocarray(s->items, n, sizeof(*s->items));
	}
	for (size_t i = 0; i < n; i++)
		s->items[i] = (struct sort_item){lookups[i].offset, (uint32_t)i};
	sort_items(s->items, n);
}

/* A return address may be the first byte of the next function, when the call never returns; the call is just before
 * it. But the trampoline that a signal handler returns to was never called: there is nothing before it. */
static const char *
find(struct module *m, const struct lookup *l)
{
	const char *name = NULL;

	if (!l->exact && l->offset)
		name = module_find(m, l->offset - 1);
	return name ? name : module_find(m, l->offset);
}

void
symbolize(struct symbolizer *s, uint32_t module, struct lookup *lookups, size_t n)
{
	struct module *m = s->modules[module];

	if (!n)
		return;
	module_load(m, &s->options.roots);
	sort_lookups(s, lookups, n);
	for (size_t i = 0; i < n; i++) {
		struct lookup *l = &lookups[s->items[i].index];
		const char *name = find(m, l);

		l->n = name ? 1 : 0;
		s->items[i].key = name ? readable(s, m, name) : 0;
	}
	for (size_t i = 0; i < n; i++) { /* called[] may have moved while it grew */
		struct lookup *l = &lookups[s->items[i].index];

		l->chain = l->n ? &s->called[s->items[i].key] : NULL;
	}
}
