// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions of files that a pattern matches. */
#include "sampler/user_match.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dwarf/source.h"
#include "elf/symbols.h"
#include "sampler/readable.h"

/* More names than these are not made readable only to find one that was meant. */
enum { READABLE_MAX = 200000 };

static const uint32_t tables[] = {SHT_SYMTAB, SHT_DYNSYM};

/* The length of a symbol's name without "@@GLIBC_2.34". */
static size_t
name_length(const char *symbol)
{
	return strcspn(symbol, "@");
}

static void
add(struct user_matches *m, struct user_match match)
{
	GROW(m->all, m->n, m->cap);
	m->all[m->n++] = match;
}

/* ---- functions ---- */

static void
match_symbol(struct user_matches *m, struct user_image *image, struct user_pattern *p, const struct elf_raw_symbol *y, const char *name)
{
	int type = ELF64_ST_TYPE(y->info);
	size_t len = name_length(name);
	enum pattern_match match;

	if ((type != STT_FUNC && type != STT_GNU_IFUNC) || !len || !elf_is_code(image->elf, y->value))
		return;
	match = user_pattern_match(p, name, len);
	if (type == STT_GNU_IFUNC) {
		GROW(m->choosers, m->n_choosers, m->cap_choosers);
		m->choosers[m->n_choosers++] = (struct user_chooser){name, len, y->value};
		if (match != MATCH_NONE && !m->left_out.symbol)
			m->left_out = m->choosers[m->n_choosers - 1];
	} else if (match != MATCH_NONE)
		add(m, (struct user_match){image, name, len, y->value, y->size, symbol_binding(y), match});
}

static void
match_tables(struct user_matches *m, struct user_image *image, struct user_pattern *p, const struct elf_file *f)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct elf_raw_symbol y;
		struct symbols all;
		const char *name;

		if (symbols_begin(&all, f, tables[i]))
			while (symbols_next(&all, &y, &name))
				match_symbol(m, image, p, &y, name);
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct user_chooser *x = a, *y = b;
	int r = memcmp(x->symbol, y->symbol, x->len < y->len ? x->len : y->len);

	return r ? r : (x->len > y->len) - (x->len < y->len);
}

static int
by_place(const void *a, const void *b)
{
	const struct user_chooser *x = a, *y = b;

	return (x->vaddr > y->vaddr) - (x->vaddr < y->vaddr);
}

/* Leaves out from the nth on what is named as a chooser is, and, if it was not asked for by name, what is one. */
static void
leave_out_choosers(struct user_matches *m, size_t first)
{
	for (int pass = 0; pass < 2 && m->n_choosers; pass++) {
		int (*const order)(const void *, const void *) = pass ? by_place : by_name;
		size_t n = first;

		qsort(m->choosers, m->n_choosers, sizeof(*m->choosers), order);
		for (size_t i = first; i < m->n; i++) {
			const struct user_match *match = &m->all[i];
			const struct user_chooser key = {match->symbol, match->len, match->vaddr};

			if ((pass && match->match == MATCH_NAME) ||
			    !bsearch(&key, m->choosers, m->n_choosers, sizeof(key), order))
				m->all[n++] = *match;
		}
		m->n = n;
	}
}

/* By place; of those at one, first the one whose name is shown. */
static int
compare(const void *a, const void *b)
{
	const struct user_match *x = a, *y = b;

	if (x->vaddr != y->vaddr)
		return x->vaddr < y->vaddr ? -1 : 1;
	if (prefer_name(x->binding, x->symbol, y->binding, y->symbol))
		return -1;
	return prefer_name(y->binding, y->symbol, x->binding, x->symbol);
}

void
user_match_functions(struct user_matches *m, struct user_image *image, struct user_pattern *p)
{
	size_t first = m->n, n;
	bool named = false;

	m->n_choosers = 0;
	match_tables(m, image, p, image->elf);
	if (!symtab_is_full(image->elf) && user_image_debug(image))
		match_tables(m, image, p, image->debug);
	leave_out_choosers(m, first);
	n = first;
	for (size_t i = first; i < m->n; i++)
		named |= m->all[i].match == MATCH_NAME;
	for (size_t i = first; i < m->n; i++)
		if (!named || m->all[i].match == MATCH_NAME)
			m->all[n++] = m->all[i];
	m->n = n;
	if (n > first)
		qsort(m->all + first, n - first, sizeof(*m->all), compare);
	n = first;
	for (size_t i = first; i < m->n; i++)
		if (n == first || m->all[n - 1].vaddr != m->all[i].vaddr)
			m->all[n++] = m->all[i];
		else if (m->all[i].size > m->all[n - 1].size)
			m->all[n - 1].size = m->all[i].size;
	m->n = n;
}

/* ---- lines and addresses ---- */

static void
add_place(struct user_matches *m, struct user_image *image, uint64_t vaddr)
{
	const char *symbol = user_image_function(image, vaddr);

	add(m, (struct user_match){.image = image, .symbol = symbol, .len = symbol ? name_length(symbol) : 0, .vaddr = vaddr});
}

int
user_match_line(struct user_matches *m, struct user_image *image, const struct user_pattern *p, struct err *err)
{
	const struct elf_file *f = lines_has(image->elf) ? image->elf : user_image_debug(image);
	unsigned long long line = p->number;
	struct line_places places;
	int r = 0;

	if (!f || !lines_has(f))
		return err_set(err, "%s: nothing says where its lines are: it was not compiled with -g%s", image->shown,
			       f ? "" : ", and there is no debug file");
	if (lines_find(f, image->elf, p->text, line, &places, err))
		return -1;
	for (size_t i = 0; i < places.n; i++)
		add_place(m, image, places.vaddrs[i]);
	if (!places.last)
		r = err_set(err, "%s: no source file %s was compiled into it", image->shown, p->text);
	else if (!places.n)
		r = err_set(err, "%s: no code at line %llu of %s or after it; line %llu is the last with code", image->shown, line,
			    p->text, (unsigned long long)places.last);
	line_places_free(&places);
	return r;
}

int
user_match_address(struct user_matches *m, struct user_image *image, const struct user_pattern *p, struct err *err)
{
	if (!elf_is_code(image->elf, p->number))
		return err_set(err, "%s: no code has the address 0x%llx", image->shown, (unsigned long long)p->number);
	add_place(m, image, p->number);
	return 0;
}

/* ---- what is said ---- */

static void
offer_readable(struct nearest *near, const struct user_pattern *p)
{
	struct readable r = readable_parts(p->readable.data, p->readable.len);

	nearest_offer(near, p->readable.data + r.start, (strchr(p->text, '(') ? r.end : r.arguments) - r.start);
}

static void
offer_tables(struct nearest *near, const struct elf_file *f, struct user_pattern *p)
{
	size_t readable = p->demangle && strpbrk(p->text, ":(<") ? READABLE_MAX : 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct elf_raw_symbol y;
		struct symbols all;
		const char *name;

		if (!symbols_begin(&all, f, tables[i]))
			continue;
		while (symbols_next(&all, &y, &name)) {
			if (ELF64_ST_TYPE(y.info) != STT_FUNC)
				continue;
			p->readable.len = 0;
			if (readable && name[0] == '_' && readable-- && p->demangle(name, name_length(name), &p->readable))
				offer_readable(near, p);
			else
				nearest_offer(near, name, name_length(name));
		}
	}
}

void
user_offer_functions(struct nearest *near, struct user_image *image, struct user_pattern *p)
{
	offer_tables(near, image->elf, p);
	if (!symtab_is_full(image->elf) && user_image_debug(image))
		offer_tables(near, image->debug, p);
}

void
user_matches_free(struct user_matches *m)
{
	free(m->all);
	free(m->choosers);
	*m = (struct user_matches){0};
}
