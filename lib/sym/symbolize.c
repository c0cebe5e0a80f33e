// SPDX-License-Identifier: GPL-2.0-or-later
/* The one door to names. */
#include "sym/symbolize.h"

#include <stdlib.h>
#include <string.h>

#include "base/addresses.h"
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
	struct intern raw;  /* names as they are in files */
	const char **shown; /* by id in raw: what is shown for it; owned, texts in `readable` */
	size_t n_shown, cap_shown;
	struct addresses texts; /* of names in files: ids in raw */
	struct intern readable;
	struct intern told;	 /* the texts that told modules' tables point to */
	struct sort_item *items; /* the look-ups at hand by offset; owned */
	size_t room;		 /* in items */
	struct called *chains;	 /* of the look-ups at hand, one after the other; owned */
	size_t n_chains, cap_chains;
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
	free(s->shown);
	free(s->items);
	free(s->chains);
	intern_free(&s->files);
	intern_free(&s->raw);
	addresses_free(&s->texts);
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
symbolizer_file(struct symbolizer *s, const struct file_facts *facts)
{
	size_t id_len = facts->id_len > BUILD_ID_MAX ? BUILD_ID_MAX : facts->id_len;
	struct buf key = {0};
	struct module *m;
	uint32_t file;

	buf_char(&key, (char)id_len);
	buf_add(&key, facts->id, id_len);
	buf_char(&key, (char)(facts->foreign && !id_len));
	buf_add(&key, facts->path, facts->path_len);
	file = intern(&s->files, key.data, key.len);
	buf_free(&key);
	if (file < s->n_files)
		return s->file_modules[file];
	GROW(s->file_modules, s->n_files, s->cap_files);
	s->file_modules[s->n_files++] = new_module(s);
	m = s->modules[s->n - 1];
	m->path = xstrndup(facts->path, facts->path_len);
	m->id_len = id_len;
	if (id_len)
		memcpy(m->id, facts->id, id_len);
	m->foreign = facts->foreign;
	m->mapped = facts->mapped;
	return s->file_modules[file];
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

bool
symbolizer_is_deep(const struct symbolizer *s, uint32_t module)
{
	return s->modules[module]->dwarf;
}

bool
symbolizer_wants(struct symbolizer *s, uint32_t module, struct file_wish *wish)
{
	struct module *m = s->modules[module];

	return m->tried && module_wants(m, &wish->debug, &wish->id, &wish->id_len);
}

bool
symbolizer_take(struct symbolizer *s, uint32_t module, bool debug, const char *source, const char *path, const char *reason)
{
	return module_take(s->modules[module], debug, source, path, reason);
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
		.image_from = m->image_from,
		.debug_from = m->debug_from,
		.full = m->full,
		.mini = m->mini,
		.go = m->spare.n_go,
		.symbols = m->n_symbols,
		.problem = module_problem(m),
		.log = &m->log,
	};
}

/* ---- names ---- */

/* The length of a name in a file without the version that linkers add in .symtab: malloc@@GLIBC_2.2.5. But malloc@plt is
 * another function than malloc. */
static size_t
unversioned(const char *name, size_t len)
{
	const char *at = memchr(name, '@', len);

	if (len > 4 && !memcmp(name + len - 4, "@plt", 4))
		return len;
	return at && at > name ? (size_t)(at - name) : len;
}

/* What is shown for the raw name of that id, which is new if it has none yet. */
static void
make_readable(struct symbolizer *s, uint32_t id)
{
	const struct interned *raw = &s->raw.all[id];
	struct buf text = {0};

	if (id < s->n_shown)
		return;
	GROW(s->shown, s->n_shown, s->cap_shown);
	if (s->options.mangled || !demangle(raw->text, raw->len, &text))
		buf_add(&text, raw->text, raw->len);
	s->shown[s->n_shown++] = keep(&s->readable, text.data, text.len);
	buf_free(&text);
}

/* What is shown for a name in a file, which may be a symbol's with a version. */
static const char *
readable(struct symbolizer *s, const char *name, bool versioned)
{
	const uint32_t *known = addresses_find(&s->texts, name);
	size_t len;
	uint32_t id;

	if (known)
		return s->shown[*known];
	len = strnlen(name, NAME_LIMIT);
	id = intern(&s->raw, name, versioned ? unversioned(name, len) : len);
	make_readable(s, id);
	addresses_add(&s->texts, name, id);
	return s->shown[id];
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
static bool
find(struct module *m, const struct lookup *l, unsigned dwarf, struct module_place *place)
{
	if (!l->exact && l->offset && module_find(m, l->offset - 1, dwarf, place)) {
		place->into++;
		return true;
	}
	return module_find(m, l->offset, dwarf, place);
}

/* A symbol's name, and how far into it the place is if that is asked for. */
static const char *
symbol_at(struct symbolizer *s, const struct module *m, const struct module_place *place)
{
	const char *name = readable(s, place->symbol, !m->told);
	struct buf text = {0};

	if (!s->options.offsets)
		return name;
	buf_printf(&text, "%s+0x%llx", name, (unsigned long long)place->into);
	name = keep(&s->readable, text.data, text.len);
	buf_free(&text);
	return name;
}

static void
add_called(struct symbolizer *s, struct lookup *l, const char *name, const struct dwarf_frame *frame)
{
	if (!name)
		return;
	GROW(s->chains, s->n_chains, s->cap_chains);
	s->chains[s->n_chains++] = (struct called){name, frame->source, frame->line};
	l->n++;
}

/* Adds the functions at a place to s->chains. The one that holds the code is called as the symbol is, which tells parts
 * and copies (foo.cold, foo.part.0) and is the best of several names; except where that begins outside of the function,
 * as labels in assembly do. */
static void
take_place(struct symbolizer *s, const struct module *m, const struct module_place *place, struct lookup *l)
{
	static const struct dwarf_frame unknown;
	const struct dwarf_place *d = &place->debug;
	size_t inlined = d->function ? d->n - 1 : 0;
	const struct dwarf_frame *holder = d->n ? &d->chain[inlined] : &unknown;
	const char *name = holder->name;

	for (size_t i = 0; i < inlined; i++) {
		const char *function = d->chain[i].name;

		add_called(s, l, function ? readable(s, function, false) : NULL, &d->chain[i]);
	}
	if (place->symbol && (place->same || !name))
		add_called(s, l, symbol_at(s, m, place), holder);
	else
		add_called(s, l, name ? readable(s, name, false) : NULL, holder);
}

/* Where there are enough places for it to pay, as in a recording that is named as a whole. */
static void
read_ahead(struct symbolizer *s, struct module *m, const struct lookup *lookups, size_t n, unsigned dwarf)
{
	enum { ENOUGH = 64 };
	uint64_t *offsets;

	if (n < ENOUGH || !m->dwarf || !dwarf)
		return;
	offsets = xreallocarray(NULL, n, sizeof(*offsets));
	for (size_t i = 0; i < n; i++)
		offsets[i] = s->items[i].key - (!lookups[s->items[i].index].exact && s->items[i].key);
	module_read_ahead(m, offsets, n, dwarf);
	free(offsets);
}

void
symbolize(struct symbolizer *s, uint32_t module, struct lookup *lookups, size_t n, enum symbolize_depth depth)
{
	unsigned dwarf = (s->options.inlines ? DWARF_INLINES : 0) | (s->options.lines ? DWARF_LINES : 0);
	struct module *m = s->modules[module];
	struct module_place place;

	if (!n)
		return;
	if (depth == SYMBOLIZE_TABLES)
		dwarf = 0;
	module_load(m, &s->options.places, s->options.inlines || s->options.lines);
	sort_lookups(s, lookups, n);
	read_ahead(s, m, lookups, n, dwarf);
	s->n_chains = 0;
	for (size_t i = 0; i < n; i++) {
		struct lookup *l = &lookups[s->items[i].index];

		l->n = 0;
		s->items[i].key = s->n_chains;
		if (find(m, l, dwarf, &place))
			take_place(s, m, &place, l);
	}
	for (size_t i = 0; i < n; i++) /* chains[] may have moved while it grew */
		lookups[s->items[i].index].chain = &s->chains[s->items[i].key];
}
