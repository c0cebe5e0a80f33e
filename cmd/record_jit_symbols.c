// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbols of one process's code that was made at run time. */
#include "cmd/record_jit_symbols.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "stream/define.h"

enum { BETWEEN = 16, /* bytes between two symbols: no place is the end of one and the start of another */ };

/* A symbol that was told: offsets of its module from `base` on are its. */
struct jit_told {
	uint64_t start, size; /* as the file has it */
	uint64_t name;	      /* hash */
	uint64_t base;
	uint64_t address; /* where it was seen last */
	bool replaced;	  /* there is other code there now */
};

/* A symbol of a file that was looked up, by where it stands. */
struct jit_looked_up {
	uint64_t file, at;
	uint32_t told; /* UINT32_MAX: it could not be read */
};

void
jit_symbols_forget(struct jit_symbols *s)
{
	s->n_told = s->n_looked_up = 0;
	s->defined = false;
	table_clear(&s->by_symbol);
	table_clear(&s->by_place);
}

void
jit_symbols_free(struct jit_symbols *s)
{
	table_free(&s->by_symbol);
	table_free(&s->by_place);
	free(s->told);
	free(s->looked_up);
}

static const struct jit_file_of *
find_code(const struct jit_symbols *s, uint64_t address, struct code_range *code)
{
	const struct jit_file_of *f = NULL;

	for (size_t i = 0; i < s->n_files && !f; i++)
		f = jit_process_find(s->files[i], address, code);
	return f;
}

/* Where a call returns to may be behind the function's end; the call itself is in it. */
const struct jit_file_of *
jit_symbols_find(const struct jit_symbols *s, uint64_t address, bool is_call, struct code_range *code)
{
	const struct jit_file_of *f = is_call ? find_code(s, address - 1, code) : NULL;

	return f ? f : find_code(s, address, code);
}

static uint32_t
find_told(const struct jit_symbols *s, const struct jit_told *t)
{
	struct table_probe probe = table_probe(&s->by_symbol, hash_pair(t->start, t->name));
	uint32_t i;

	while (table_next(&s->by_symbol, &probe, &i))
		if (s->told[i].start == t->start && s->told[i].size == t->size && s->told[i].name == t->name)
			return i;
	return UINT32_MAX;
}

static uint32_t
tell(struct jit_symbols *s, struct definer *d, uint64_t *next, struct jit_told t, const struct buf *name)
{
	static const char path[] = "[jit]";
	uint32_t i = find_told(s, &t);

	if (i != UINT32_MAX) {
		s->told[i].address = t.address;
		s->told[i].replaced = false;
		return i;
	}
	if (!s->defined)
		s->module = define_module(d, &(struct module_record){
			.kind = MODULE_JIT, .pid = s->pid, .path = text_of(path, sizeof(path) - 1)});
	s->defined = true;
	t.base = *next;
	*next += t.size + BETWEEN;
	define_symbol(d, &(struct symbol_record){
		.module = s->module, .start = t.base, .size = t.size, .name = text_of(name->data, name->len)});
	GROW(s->told, s->n_told, s->cap_told);
	s->told[s->n_told] = t;
	table_insert(&s->by_symbol, hash_pair(t.start, t.name), (uint32_t)s->n_told);
	return (uint32_t)s->n_told++;
}

static struct jit_looked_up
place_of(const struct jit_file_of *f, const struct code_range *code)
{
	return (struct jit_looked_up){(uint64_t)f->number << 32 | f->file.restarts, code->at, UINT32_MAX};
}

static const struct jit_looked_up *
find_looked_up(const struct jit_symbols *s, const struct jit_looked_up *want)
{
	struct table_probe probe = table_probe(&s->by_place, hash_pair(want->file, want->at));
	uint32_t i;

	while (table_next(&s->by_place, &probe, &i))
		if (s->looked_up[i].file == want->file && s->looked_up[i].at == want->at)
			return &s->looked_up[i];
	return NULL;
}

/* What the file says of code. False: it cannot be read. */
static bool
read_symbol(const struct jit_file_of *f, const struct code_range *code, struct jit_told *t, struct buf *name)
{
	*t = (struct jit_told){.start = code->start - code->into, .address = code->start};
	if (!jit_file_symbol(&f->file, code, &t->size, name) || !name->len)
		return false;
	t->size = t->size < UINT32_MAX ? t->size : UINT32_MAX;
	t->name = hash_bytes(name->data, name->len);
	return true;
}

/* The symbol of code. UINT32_MAX: it has none that can be read. */
static uint32_t
look_up(struct jit_symbols *s, struct definer *d, uint64_t *next, const struct jit_file_of *f, const struct code_range *code)
{
	struct jit_looked_up want = place_of(f, code);
	const struct jit_looked_up *have = find_looked_up(s, &want);
	struct buf name = {0};
	struct jit_told t;

	if (have)
		return have->told;
	if (read_symbol(f, code, &t, &name))
		want.told = tell(s, d, next, t, &name);
	buf_free(&name);
	GROW(s->looked_up, s->n_looked_up, s->cap_looked_up);
	s->looked_up[s->n_looked_up] = want;
	table_insert(&s->by_place, hash_pair(want.file, want.at), (uint32_t)s->n_looked_up++);
	return want.told;
}

bool
jit_symbols_frame(struct jit_symbols *s, struct definer *d, uint64_t *next, uint64_t address, bool is_call, uint32_t *frame)
{
	struct code_range code;
	const struct jit_file_of *f = jit_symbols_find(s, address, is_call, &code);
	uint32_t symbol = f ? look_up(s, d, next, f, &code) : UINT32_MAX;

	if (symbol == UINT32_MAX)
		return false;
	*frame = define_frame(d, s->module, s->told[symbol].base + (address - (code.start - code.into)));
	return true;
}

/* It may be the same symbol that was told once more. */
static bool
is_replaced(const struct jit_symbols *s, uint32_t symbol)
{
	const struct jit_told *told = &s->told[symbol];
	struct code_range code;
	const struct jit_file_of *f = find_code(s, told->address, &code);
	const struct jit_looked_up *have;
	struct buf name = {0};
	struct jit_told t;
	bool same;

	if (!f)
		return false;
	have = find_looked_up(s, &(struct jit_looked_up){place_of(f, &code).file, code.at, 0});
	if (have)
		return have->told != symbol;
	same = read_symbol(f, &code, &t, &name) && t.start == told->start && t.size == told->size && t.name == told->name;
	buf_free(&name);
	return !same;
}

bool
jit_symbols_replaced(struct jit_symbols *s)
{
	bool found = false;

	for (uint32_t i = 0; i < s->n_told; i++)
		if (!s->told[i].replaced && is_replaced(s, i))
			found = s->told[i].replaced = true;
	return found;
}
