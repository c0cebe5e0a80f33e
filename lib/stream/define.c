// SPDX-License-Identifier: GPL-2.0-or-later
/* Defines modules, frames, stacks and symbols once each. Modules are told apart by all their fields, symbols by
 * module and start. */
#include "stream/define.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/table.h"
#include "stream/writer.h"

struct pair {
	uint64_t a, b;
};

/* Pairs that were given an id; the id is the index. */
struct pairs {
	struct pair *all;
	size_t n, cap;
	struct table table;
};

struct definer {
	struct writer *w;
	struct intern modules; /* by their fields as one string; the id is the module's */
	struct intern functions;
	struct pairs symbols, frames, stacks;
};

struct definer *
definer_open(struct writer *w)
{
	struct definer *d = xcalloc(1, sizeof(*d));

	d->w = w;
	return d;
}

static void
pairs_free(struct pairs *p)
{
	free(p->all);
	table_free(&p->table);
	*p = (struct pairs){0};
}

void
definer_forget(struct definer *d)
{
	intern_free(&d->modules);
	intern_free(&d->functions);
	pairs_free(&d->symbols);
	pairs_free(&d->frames);
	pairs_free(&d->stacks);
}

void
definer_close(struct definer *d)
{
	definer_forget(d);
	free(d);
}

size_t
definer_count(const struct definer *d)
{
	return d->modules.n + d->functions.n + d->symbols.n + d->frames.n + d->stacks.n;
}

/* True when the pair is new; *id is its index either way. */
static bool
pair_new(struct pairs *p, uint64_t a, uint64_t b, uint32_t *id)
{
	uint64_t hash = hash_pair(a, b);
	struct table_probe probe = table_probe(&p->table, hash);

	while (table_next(&p->table, &probe, id))
		if (p->all[*id].a == a && p->all[*id].b == b)
			return false;
	GROW(p->all, p->n, p->cap);
	p->all[p->n] = (struct pair){a, b};
	*id = (uint32_t)p->n++;
	table_insert(&p->table, hash, *id);
	return true;
}

uint32_t
define_file(struct definer *d, const struct module_record *r, struct text content, bool *is_new)
{
	struct buf key = {0};
	size_t before = d->modules.n;
	uint32_t id;

	buf_printf(&key, "%llu %llu %zu %zu ", (unsigned long long)r->kind, (unsigned long long)r->pid, r->build_id.len, content.len);
	buf_add(&key, r->build_id.data, r->build_id.len);
	buf_add(&key, content.data, content.len);
	buf_add(&key, r->path.data, r->path.len);
	id = intern(&d->modules, key.data, key.len);
	buf_free(&key);
	*is_new = d->modules.n > before;
	if (*is_new)
		write_module(d->w, r);
	if (*is_new && content.len)
		write_content(d->w, &(struct content_record){.module = id, .id = content});
	return id;
}

uint32_t
define_module(struct definer *d, const struct module_record *r)
{
	bool is_new;

	return define_file(d, r, text_of(NULL, 0), &is_new);
}

uint32_t
define_frame(struct definer *d, uint32_t module, uint64_t offset)
{
	uint32_t id;

	if (pair_new(&d->frames, module, offset, &id))
		write_frame(d->w, &(struct frame_record){.module = module, .offset = offset});
	return id;
}

uint32_t
define_stack(struct definer *d, uint32_t parent, uint32_t frame)
{
	uint32_t id;

	if (pair_new(&d->stacks, parent, frame, &id))
		write_stack(d->w, &(struct stack_record){
			.parent = parent == STACK_ROOT ? 0 : id - parent, .frame = frame});
	return id;
}

void
define_symbol(struct definer *d, const struct symbol_record *r)
{
	uint32_t id;

	if (pair_new(&d->symbols, r->module, r->start, &id))
		write_symbol(d->w, r);
}

void
define_name(struct definer *d, uint32_t frame, struct text function)
{
	size_t before = d->functions.n;
	uint32_t id = intern(&d->functions, function.data, function.len);

	if (d->functions.n > before)
		write_function(d->w, &(struct function_record){.name = function});
	write_name(d->w, &(struct name_record){.frame = frame, .function = id});
}
