// SPDX-License-Identifier: GPL-2.0-or-later
/* The table in which Go's runtime looks up its own functions. It begins with
 *
 *	magic (4 bytes), 0, 0, smallest instruction (1, 2 or 4), size of a pointer (4 or 8)
 *
 * and pointer-sized numbers, which differ: of Go 1.2 the number of functions; since 1.16 also the number of files and then
 * where names, units, files, line programs and functions are, from the table's start; since 1.18 the address of the
 * code's start after the two numbers, from which the functions' addresses count. The functions are pairs of an address
 * and of where its description is, ascending, then the end of the last. A description is the address again and where the
 * name is. */
#include "elf/pclntab.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "elf/relocations.h"

enum { HEAD = 8 };

/* What the versions differ in. Numbers of words in the header, from 0 on; -1: there is none. */
static const struct layout {
	uint32_t magic;
	int8_t code, names, functions;
	bool narrow; /* addresses are 4 bytes from the code's start on */
} layouts[] = {
	{0xfffffffb, -1, -1, -1, false}, /* Go 1.2 */
	{0xfffffffa, -1, 2, 6, false},	 /* 1.16 */
	{0xfffffff0, 2, 3, 7, true},	 /* 1.18 */
	{0xfffffff1, 2, 3, 7, true},	 /* 1.20 */
};

enum { N_LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

struct pclntab {
	const struct elf_file *f;
	const struct layout *layout;
	const uint8_t *bytes;
	size_t size;
	uint64_t vaddr; /* of the table */
	size_t pointer; /* bytes */
	uint64_t n, code;
	uint64_t names, functions; /* offsets in the table */
	uint64_t names_end;	   /* the last NUL: a name that begins before it has an end */
	struct plain *written; /* by the dynamic linker into the table; owned; by place */
	size_t n_written, cap_written;
};

struct plain {
	uint64_t at, value;
};

/* A number in the table; 0 where it has none. */
static uint64_t
number_at(const struct pclntab *p, uint64_t at, size_t size)
{
	struct cursor c = {p->bytes, p->bytes + p->size, false};

	if (at > p->size)
		return 0;
	c.at += at;
	return cursor_fixed(&c, size);
}

/* ---- addresses: in a program that is loaded anywhere they may be 0 in the file, with a relocation ---- */

static int
compare(const void *a, const void *b)
{
	const struct plain *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void
read_written(struct pclntab *p)
{
	struct relocations r;
	struct relocation x;

	for (relocations_begin(&r, p->f, elf_section(p->f, ".rela.dyn")); relocations_next(&r, &x);)
		if ((x.type == R_X86_64_RELATIVE || x.type == R_AARCH64_RELATIVE) && x.at >= p->vaddr &&
		    x.at - p->vaddr < p->size) {
			GROW(p->written, p->n_written, p->cap_written);
			p->written[p->n_written++] = (struct plain){x.at - p->vaddr, x.addend};
		}
	if (p->n_written)
		qsort(p->written, p->n_written, sizeof(*p->written), compare);
}

static uint64_t
address_at(const struct pclntab *p, uint64_t at)
{
	const struct plain key = {.at = at};
	const struct plain *found;
	uint64_t value = number_at(p, at, p->pointer);

	if (value || !p->n_written)
		return value;
	found = bsearch(&key, p->written, p->n_written, sizeof(key), compare);
	return found ? found->value : 0;
}

/* ---- the header ---- */

static const struct layout *
layout_of(const uint8_t *bytes, size_t size)
{
	uint32_t magic;

	if (size < HEAD || bytes[4] || bytes[5] || (bytes[6] != 1 && bytes[6] != 2 && bytes[6] != 4) ||
	    (bytes[7] != 4 && bytes[7] != 8))
		return NULL;
	memcpy(&magic, bytes, sizeof(magic));
	for (int i = 0; i < N_LAYOUTS; i++)
		if (layouts[i].magic == magic)
			return &layouts[i];
	return NULL;
}

/* Bytes of one function's pair. */
static size_t
pair_size(const struct pclntab *p)
{
	return p->layout->narrow ? 8 : 2 * p->pointer;
}

/* Where the code begins when the header leaves that open. */
static uint64_t
code_start(const struct elf_file *f)
{
	const struct elf_section *text = elf_section(f, ".text");

	return text ? text->vaddr : 0;
}

static uint64_t
word(const struct pclntab *p, int i)
{
	return number_at(p, HEAD + (uint64_t)i * p->pointer, p->pointer);
}

/* False: what begins there is no table, whatever its first bytes are. */
static bool
read_header(struct pclntab *p, const struct elf_file *f, const uint8_t *bytes, size_t size, uint64_t vaddr)
{
	*p = (struct pclntab){.f = f, .layout = layout_of(bytes, size), .bytes = bytes, .size = size, .vaddr = vaddr};
	if (!p->layout)
		return false;
	p->pointer = bytes[7];
	p->n = word(p, 0);
	p->names = p->layout->names < 0 ? 0 : word(p, p->layout->names);
	p->functions = p->layout->functions < 0 ? HEAD + p->pointer : word(p, p->layout->functions);
	if (!p->n || p->names >= size || p->functions >= size || p->n > (size - p->functions) / pair_size(p))
		return false;
	for (p->names_end = size; p->names_end && bytes[p->names_end - 1];)
		p->names_end--;
	read_written(p);
	if (p->layout->code >= 0)
		p->code = address_at(p, HEAD + (uint64_t)p->layout->code * p->pointer);
	if (p->layout->code >= 0 && !p->code)
		p->code = code_start(f);
	return true;
}

/* ---- functions ---- */

/* Of function n: where the last one ends. */
static uint64_t
start_of(const struct pclntab *p, uint64_t i)
{
	uint64_t at = p->functions + i * pair_size(p);

	return p->layout->narrow ? p->code + number_at(p, at, 4) : address_at(p, at);
}

static const char *
name_of(const struct pclntab *p, uint64_t i)
{
	size_t half = pair_size(p) / 2;
	uint64_t description = number_at(p, p->functions + i * 2 * half + half, half), name;

	if (p->layout->functions >= 0)
		description += p->functions;
	if (description > p->size)
		return NULL;
	name = p->names + number_at(p, description + (p->layout->narrow ? 4 : p->pointer), 4);
	return name < p->names_end && p->bytes[name] ? (const char *)p->bytes + name : NULL;
}

static size_t
put_all(struct symtab *t, const struct pclntab *p)
{
	size_t n = 0;
	uint64_t start = start_of(p, 0);

	for (uint64_t i = 0; i < p->n; i++) {
		uint64_t end = start_of(p, i + 1);
		const char *name = end > start ? name_of(p, i) : NULL;

		if (name) {
			symtab_put(t, start, end - start, name);
			n++;
		}
		start = end;
	}
	return n;
}

/* ---- finding it ---- */

static size_t
try_table(struct symtab *t, const struct elf_file *f, const uint8_t *bytes, size_t size, uint64_t vaddr)
{
	struct pclntab p;
	size_t n = 0;

	if (read_header(&p, f, bytes, size, vaddr) && elf_is_code(f, start_of(&p, 0)))
		n = put_all(t, &p);
	free(p.written);
	return n;
}

/* Looks for a table anywhere. */
static size_t
search(struct symtab *t, const struct elf_file *f, const uint8_t *bytes, size_t size, uint64_t vaddr)
{
	enum { STEP = 8, FALSE_MOST = 16 };
	size_t n = 0, at = (size_t)(-vaddr % STEP);

	for (unsigned tries = 0; !n && at < size && size - at >= HEAD && tries < FALSE_MOST; at += STEP)
		if (bytes[at + 3] == 0xff && layout_of(bytes + at, size - at)) {
			n = try_table(t, f, bytes + at, size - at, vaddr + at);
			tries++;
		}
	return n;
}

size_t
pclntab_read(struct symtab *t, const struct elf_file *f)
{
	static const char *const names[] = {".gopclntab", ".data.rel.ro.gopclntab", ".data.rel.ro"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !n; i++) {
		const struct elf_section *section = elf_section(f, names[i]);
		size_t size;
		const uint8_t *bytes = section ? elf_contents(f, section, &size) : NULL;

		if (bytes)
			n = search(t, f, bytes, size, section->vaddr);
	}
	return n;
}
