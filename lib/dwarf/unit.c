// SPDX-License-Identifier: GPL-2.0-or-later
/* The units of a file's debug information, by where they begin. */
#include "dwarf/unit.h"

#include <elf.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/constants.h"
#include "dwarf/line.h"
#include "dwarf/tree.h"

struct cursor
section_cursor(struct debug_file *d, enum dwarf_section which, uint64_t offset)
{
	const struct dwarf_bytes *b = sections_get(&d->sections, which);
	static const uint8_t none[1];

	if (!b->at || offset > b->size)
		return (struct cursor){none, none, true};
	return (struct cursor){b->at + offset, b->at + b->size, false};
}

bool
section_spend(struct debug_file *d, enum dwarf_section which, size_t size)
{
	enum { TIMES = 4, MORE = 1 << 20 };

	return __atomic_add_fetch(&d->spent[which], size, __ATOMIC_RELAXED) / TIMES <= sections_get(&d->sections, which)->size + MORE;
}

/* ---- headers ---- */

/* The length of a unit or table that begins with it, and by its way how wide offsets are. */
static uint64_t
initial_length(struct cursor *c, uint8_t *offset_size)
{
	uint64_t length = cursor_fixed(c, 4);

	*offset_size = 4;
	if (length == UINT32_MAX) {
		*offset_size = 8;
		length = cursor_fixed(c, 8);
	}
	return length;
}

/* What follows the length. False: it is nothing that we can read. */
static bool
read_header(struct unit *u, struct cursor *c)
{
	u->version = (uint8_t)cursor_fixed(c, 2);
	if (u->version < 2 || u->version > 5)
		return false;
	u->type = DW_UT_compile;
	if (u->version == 5) {
		u->type = cursor_byte(c);
		u->sizes.address = cursor_byte(c);
	}
	u->abbrev_offset = cursor_fixed(c, u->sizes.offset);
	if (u->version < 5)
		u->sizes.address = cursor_byte(c);
	u->sizes.reference = u->version == 2 ? u->sizes.address : u->sizes.offset;
	if (u->type == DW_UT_skeleton || u->type == DW_UT_split_compile)
		u->dwo_id = cursor_fixed(c, 8);
	else if (u->type == DW_UT_type || u->type == DW_UT_split_type)
		cursor_block(c, 8 + (uint64_t)u->sizes.offset);
	return !c->bad && (u->sizes.address == 4 || u->sizes.address == 8);
}

/* Entries are known by 32 bits from their unit's begin. */
void
debug_file_units(struct debug_file *d)
{
	struct cursor all;
	const uint8_t *start;

	if (d->listed)
		return;
	d->listed = true;
	all = section_cursor(d, DWARF_INFO, 0);
	start = all.at;
	while (cursor_left(&all) && d->n < UINT32_MAX) {
		struct unit u = {.file = d, .offset = (uint64_t)(all.at - start)};
		uint64_t length = initial_length(&all, &u.sizes.offset);
		struct cursor c = cursor_block(&all, length);

		u.end = (uint64_t)(all.at - start);
		if (c.bad || all.bad)
			break;
		if (length > UINT32_MAX - 12 || !read_header(&u, &c))
			continue;
		u.root = (uint64_t)(c.at - start);
		GROW(d->units, d->n, d->cap);
		d->units[d->n++] = u;
	}
}

static void
find_code(struct debug_file *d, const struct elf_file *f)
{
	d->code_start = UINT64_MAX;
	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (s->type != PT_LOAD || !(s->flags & PF_X))
			continue;
		if (s->vaddr < d->code_start)
			d->code_start = s->vaddr;
		if (s->vaddr + s->memory_size > d->code_end)
			d->code_end = s->vaddr + s->memory_size;
	}
	if (!d->code_start)
		d->code_start = 1; /* functions that the linker left out are at 0, where no file has code */
}

void
debug_file_init(struct debug_file *d, const struct elf_file *f, bool split)
{
	*d = (struct debug_file){0};
	sections_init(&d->sections, f, split);
	find_code(d, f);
}

void
debug_file_free(struct debug_file *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct unit *u = &d->units[i];

		if (u->tree)
			tree_free(u->tree);
		if (u->table)
			line_table_free(u->table);
		free(u->tree);
		free(u->table);
	}
	for (size_t i = 0; i < d->n_abbrevs; i++) {
		abbrevs_free(d->abbrevs[i]);
		free(d->abbrevs[i]);
	}
	free(d->abbrevs);
	table_free(&d->tables);
	free(d->units);
	abbrevs_free(&d->scratch);
	walk_free(d->walk);
	sections_free(&d->sections);
	*d = (struct debug_file){0};
}

/* The unit that has an offset of .debug_info in its entries, or NULL. */
static struct unit *
unit_at(struct debug_file *d, uint64_t offset)
{
	size_t low = 0, high;
	struct unit *u;

	debug_file_units(d);
	high = d->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->units[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	u = low ? &d->units[low - 1] : NULL;
	return u && offset >= u->root && offset < u->end ? u : NULL;
}

/* ---- entries ---- */

struct cursor
unit_cursor(const struct unit *u, uint64_t offset)
{
	struct cursor c = section_cursor(u->file, DWARF_INFO, u->offset);

	if (offset < u->root || offset > u->end) {
		c.at = c.end;
		c.bad = true;
		return c;
	}
	c.end = c.at + (u->end - u->offset);
	c.at += offset - u->offset;
	return c;
}

static uint64_t
abbrevs_hash(const struct unit *u)
{
	return hash_pair(u->abbrev_offset, (uint64_t)u->sizes.address << 16 | u->sizes.offset << 8 | u->sizes.reference);
}

/* The file's table of abbreviations for the unit, if it was read. */
static const struct abbrevs *
known_abbrevs(const struct unit *u)
{
	const struct debug_file *d = u->file;
	struct table_probe p = table_probe(&d->tables, abbrevs_hash(u));
	uint32_t i;

	while (table_next(&d->tables, &p, &i))
		if (d->abbrevs[i]->offset == u->abbrev_offset && !memcmp(&d->abbrevs[i]->sizes, &u->sizes, sizeof(u->sizes)))
			return d->abbrevs[i];
	return NULL;
}

static const struct abbrevs *
read_abbrevs(const struct unit *u)
{
	struct debug_file *d = u->file;
	struct abbrevs *a = xcalloc(1, sizeof(*a));
	struct cursor c = section_cursor(d, DWARF_ABBREV, u->abbrev_offset);

	a->offset = u->abbrev_offset;
	if (section_spend(d, DWARF_ABBREV, 0))
		section_spend(d, DWARF_ABBREV, abbrevs_read(a, c, &u->sizes, 0));
	a->sizes = u->sizes;
	GROW(d->abbrevs, d->n_abbrevs, d->cap_abbrevs);
	table_insert(&d->tables, abbrevs_hash(u), (uint32_t)d->n_abbrevs);
	d->abbrevs[d->n_abbrevs++] = a;
	return a;
}

const struct abbrevs *
unit_abbrevs(struct unit *u)
{
	if (!u->abbrevs)
		u->abbrevs = known_abbrevs(u);
	if (!u->abbrevs)
		u->abbrevs = read_abbrevs(u);
	return u->abbrevs;
}

/* Reads an entry's attributes one after the other; takes those that are wanted. */
static void
take_attributes(const struct abbrevs *a, const struct abbrev *b, struct cursor *c, const uint16_t *names, struct value *found,
		size_t n)
{
	for (uint32_t i = 0; i < b->n_attributes && !c->bad; i++) {
		const struct abbrev_attribute *t = &a->attributes[b->attributes + i];
		struct value v;

		abbrev_read(a, t, c, &v);
		for (size_t k = 0; k < n && !c->bad; k++)
			if (names[k] == t->name)
				found[k] = v;
	}
}

const struct abbrev *
unit_entry(struct unit *u, uint64_t offset, const uint16_t *names, struct value *found, size_t n)
{
	const struct abbrevs *a = unit_abbrevs(u);
	struct cursor c = unit_cursor(u, offset);
	const struct abbrev *b = abbrevs_find(a, cursor_uleb(&c));

	memset(found, 0, n * sizeof(*found));
	if (b)
		take_attributes(a, b, &c, names, found, n);
	return b;
}

/* The abbreviation of a root is mostly the first of its table: all need not be read for it. */
static const struct abbrev *
root_abbrev(struct unit *u, uint64_t code, const struct abbrevs **from)
{
	enum { NEAR = 256 };
	struct cursor c = section_cursor(u->file, DWARF_ABBREV, u->abbrev_offset);
	const struct abbrev *b;

	*from = u->abbrevs ? u->abbrevs : known_abbrevs(u);
	if (*from)
		return abbrevs_find(*from, code);
	if (cursor_left(&c) > NEAR)
		c.end = c.at + NEAR;
	abbrevs_clear(&u->file->scratch);
	abbrevs_read(&u->file->scratch, c, &u->sizes, code);
	*from = &u->file->scratch;
	b = abbrevs_find(*from, code);
	if (b)
		return b;
	*from = unit_abbrevs(u);
	return abbrevs_find(*from, code);
}

void
unit_root_entry(struct unit *u, const uint16_t *names, struct value *found, size_t n)
{
	struct cursor c = unit_cursor(u, u->root);
	const struct abbrevs *a;
	const struct abbrev *b = root_abbrev(u, cursor_uleb(&c), &a);

	memset(found, 0, n * sizeof(*found));
	if (b)
		take_attributes(a, b, &c, names, found, n);
}

/* ---- values ---- */

/* The text at an offset of a section, which must end there. */
static const char *
section_string(struct debug_file *d, enum dwarf_section which, uint64_t offset)
{
	struct cursor c = section_cursor(d, which, offset);

	return cursor_left(&c) && memchr(c.at, 0, cursor_left(&c)) ? (const char *)c.at : NULL;
}

/* The i-th number of `size` bytes from a base on. */
static bool
table_number(struct debug_file *d, enum dwarf_section which, uint64_t base, uint64_t i, uint8_t size, uint64_t *n)
{
	struct cursor c = section_cursor(d, which, base);

	if (i >= cursor_left(&c) / size)
		return false;
	c.at += i * size;
	*n = cursor_fixed(&c, size);
	return !c.bad;
}

const char *
unit_string(const struct unit *u, const struct value *v)
{
	uint64_t offset;

	switch (v->kind) {
	case VALUE_TEXT:
		return v->text;
	case VALUE_STRP:
		return section_string(u->file, DWARF_STR, v->n);
	case VALUE_LINE_STRP:
		return section_string(u->file, DWARF_LINE_STR, v->n);
	case VALUE_STRP_ALT:
		return u->file->alt ? section_string(u->file->alt, DWARF_STR, v->n) : NULL;
	case VALUE_STRING_INDEX:
		if (!table_number(u->file, DWARF_STR_OFFSETS, u->bases.str_offsets, v->n, u->sizes.offset, &offset))
			return NULL;
		return section_string(u->file, DWARF_STR, offset);
	default:
		return NULL;
	}
}

bool
unit_address(const struct unit *u, const struct value *v, uint64_t *vaddr)
{
	const struct unit *home = u->skeleton ? u->skeleton : u;

	if (v->kind == VALUE_ADDRESS)
		*vaddr = v->n;
	return v->kind == VALUE_ADDRESS ||
	       (v->kind == VALUE_ADDRESS_INDEX &&
		table_number(home->file, DWARF_ADDR, home->bases.addr, v->n, home->sizes.address, vaddr));
}

struct unit *
unit_reference(struct unit *u, const struct value *v, uint64_t *offset)
{
	struct debug_file *d = v->kind == VALUE_REFERENCE_ALT ? u->file->alt : u->file;

	if (v->kind == VALUE_REFERENCE) {
		*offset = u->offset + v->n;
		return *offset >= u->root && v->n < u->end - u->offset ? u : NULL;
	}
	*offset = v->n;
	if (!d || (v->kind != VALUE_REFERENCE_INFO && v->kind != VALUE_REFERENCE_ALT))
		return NULL;
	return unit_at(d, v->n);
}
