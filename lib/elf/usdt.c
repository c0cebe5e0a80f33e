// SPDX-License-Identifier: GPL-2.0-or-later
/* The markers of <sys/sdt.h>, from the section .note.stapsdt. A note with the owner "stapsdt" and the type 3 holds
 *
 *	address of the marker's instruction
 *	address of .stapsdt.base when this was linked
 *	address of the semaphore, or 0
 *	provider \0 name \0 arguments \0
 *
 * Nobody relocates notes: what moves a file's addresses after linking (prelink) moves .stapsdt.base, too, and the difference
 * is to be added to the others. */
#include "elf/usdt.h"

#include <elf.h>
#include <string.h>

enum { TYPE = 3, ADDRESSES = 3 };

static const char owner[] = "stapsdt";

/* The string at *p, which is then behind its NUL; NULL: it has none before `end`. */
static const char *
take_string(const char **p, const char *end)
{
	const char *text = *p, *nul = memchr(text, 0, (size_t)(end - text));

	if (nul)
		*p = nul + 1;
	return nul ? text : NULL;
}

static bool
read_marker(const struct elf_file *f, const struct elf_section *base, const uint8_t *contents, size_t size,
	    struct usdt_marker *m)
{
	size_t each = f->header.wide ? 8 : 4;
	const char *p, *end = (const char *)contents + size;
	uint64_t at[ADDRESSES] = {0}, moved;

	if (size < ADDRESSES * each)
		return false;
	for (int i = 0; i < ADDRESSES; i++) {
		uint32_t narrow;

		memcpy(&narrow, contents + (size_t)i * each, sizeof(narrow));
		at[i] = narrow;
		if (f->header.wide)
			memcpy(&at[i], contents + (size_t)i * each, sizeof(at[i]));
	}
	p = (const char *)contents + ADDRESSES * each;
	m->provider = take_string(&p, end);
	m->name = m->provider ? take_string(&p, end) : NULL;
	m->arguments = m->name ? take_string(&p, end) : NULL;
	moved = base && at[1] ? base->vaddr - at[1] : 0;
	m->pc = at[0] + moved;
	m->semaphore = at[2] ? at[2] + moved : 0;
	return m->arguments && *m->provider && *m->name;
}

/* A note is three words (lengths of owner and contents, type), the owner, the contents; both padded to 4 bytes. */
size_t
usdt_each(const struct elf_file *f, usdt_taker *take, void *context)
{
	const struct elf_section *section = elf_section(f, ".note.stapsdt");
	const struct elf_section *base = elf_section(f, ".stapsdt.base");
	size_t n = 0, size = 0;
	const uint8_t *notes = section ? elf_contents(f, section, &size) : NULL;
	uint64_t at = 0;

	while (notes && at + sizeof(Elf64_Nhdr) <= size) {
		struct usdt_marker m;
		Elf64_Nhdr head;
		uint64_t name = at + sizeof(head), contents;

		memcpy(&head, notes + at, sizeof(head));
		contents = name + (((uint64_t)head.n_namesz + 3) & ~(uint64_t)3);
		if (contents > size || head.n_descsz > size - contents)
			break;
		if (head.n_type == TYPE && head.n_namesz == sizeof(owner) && !memcmp(notes + name, owner, sizeof(owner)) &&
		    read_marker(f, base, notes + contents, head.n_descsz, &m)) {
			take(context, &m);
			n++;
		}
		at = contents + (((uint64_t)head.n_descsz + 3) & ~(uint64_t)3);
	}
	return n;
}
