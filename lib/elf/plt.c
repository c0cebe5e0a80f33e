// SPDX-License-Identifier: GPL-2.0-or-later
/* The procedure linkage table. Its entries are found by their instructions, as linkers lay them out in many ways:
 *
 *	x86-64: [endbr64] [mov $N,%r11d] [bnd] jmp *SLOT(%rip), and for the first call [endbr64] push $N, [bnd] jmp .plt
 *	arm64:  [bti c] adrp x16,SLOT; ldr x17,[x16,#SLOT]; add x16,x16,#SLOT; br x17 */
#include "elf/plt.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "elf/relocations.h"

enum { NAME_LIMIT = 64 << 10 };

struct plt_slot {
	uint64_t at; /* vaddr */
	const char *name;
};

struct plt {
	const struct elf_file *f;
	struct symtab *known, *to;
	struct intern *names;
	struct plt_slot *slots; /* owned; by address */
	size_t n, cap;
	const char **pushed; /* owned; names by number in .rela.plt */
	size_t n_pushed, cap_pushed;
	struct buf name;
};

/* Code of a section; `at` is an offset in it. */
struct code {
	const uint8_t *bytes;
	size_t size, at;
	uint64_t vaddr;
};

/* An entry: where it starts, as an offset, and the function that it leads to. */
struct entry {
	size_t start;
	const char *name;
};

/* What differs between machines: relocations of slots, and how the next entry from c->at on is found. */
struct plt_machine {
	uint16_t machine;
	uint32_t jump, data, chosen; /* the last is of functions chosen at the start, by the function that its addend is */
	bool (*next)(const struct plt *p, struct code *c, struct entry *e);
};

/* ---- slots ---- */

static const char *
slot_name(struct plt *p, const struct plt_machine *m, const struct relocations *r, const struct relocation *x)
{
	const struct symbol_range *resolver;

	if (x->type == m->jump || x->type == m->data)
		return relocation_name(r, x);
	resolver = x->type == m->chosen ? symtab_find(p->known, x->addend) : NULL;
	return resolver ? resolver->name : NULL;
}

static int
compare(const void *a, const void *b)
{
	const struct plt_slot *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void
read_slots(struct plt *p, const struct plt_machine *m)
{
	static const char *const tables[] = {".rela.plt", ".rela.dyn"};
	struct relocations r;
	struct relocation x;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (relocations_begin(&r, p->f, elf_section(p->f, tables[i])); relocations_next(&r, &x);) {
			const char *name = slot_name(p, m, &r, &x);

			if (!i) {
				GROW(p->pushed, p->n_pushed, p->cap_pushed);
				p->pushed[p->n_pushed++] = name;
			}
			if (!name)
				continue;
			GROW(p->slots, p->n, p->cap);
			p->slots[p->n++] = (struct plt_slot){x.at, name};
		}
	if (p->n)
		qsort(p->slots, p->n, sizeof(*p->slots), compare);
}

static const char *
find_slot(const struct plt *p, uint64_t vaddr)
{
	const struct plt_slot key = {.at = vaddr};
	const struct plt_slot *found = p->n ? bsearch(&key, p->slots, p->n, sizeof(key), compare) : NULL;

	return found ? found->name : NULL;
}

/* ---- entries ---- */

static uint32_t
word_at(const struct code *c, size_t at)
{
	uint32_t word;

	memcpy(&word, c->bytes + at, sizeof(word));
	return word;
}

/* Goes back over `text` if that is what stands before. */
static bool
step_back(const struct code *c, size_t *at, const char *text, size_t size)
{
	if (*at < size || memcmp(c->bytes + *at - size, text, size) != 0)
		return false;
	*at -= size;
	return true;
}

static const char endbr64[] = "\xf3\x0f\x1e\xfa";

/* Where an entry with its jump at an offset begins. */
static size_t
start_x86(const struct code *c, size_t jump)
{
	size_t start = jump, move;

	step_back(c, &start, "\xf2", 1);
	move = start >= 4 ? start - 4 : 0;
	if (step_back(c, &move, "\x41\xbb", 2))
		start = move;
	step_back(c, &start, endbr64, 4);
	return start;
}

static bool
next_x86(const struct plt *p, struct code *c, struct entry *e)
{
	enum { PUSH = 0x68, JUMP = 0xe9, BND = 0xf2, LENGTH = 6 };

	for (e->name = NULL; c->size >= LENGTH && c->at <= c->size - LENGTH; c->at++) {
		const uint8_t *b = c->bytes + c->at;
		uint32_t number = word_at(c, c->at + 1), distance = word_at(c, c->at + 2);
		size_t start = c->at;

		if (b[0] == 0xff && b[1] == 0x25)
			e->name = find_slot(p, c->vaddr + c->at + LENGTH + (uint64_t)(int64_t)(int32_t)distance);
		else if (b[0] == PUSH && (b[5] == JUMP || b[5] == BND) && number < p->n_pushed &&
			 step_back(c, &start, endbr64, 4))
			e->name = p->pushed[number];
		if (!e->name)
			continue;
		e->start = start_x86(c, c->at);
		c->at += LENGTH;
		return true;
	}
	return false;
}

static bool
next_arm64(const struct plt *p, struct code *c, struct entry *e)
{
	enum { LENGTH = 8 };

	for (e->name = NULL; c->size >= LENGTH && c->at <= c->size - LENGTH; c->at += 4) {
		uint32_t adrp = word_at(c, c->at), load = word_at(c, c->at + 4);
		uint64_t pages = (adrp >> 29 & 3) | (uint64_t)(adrp >> 5 & 0x7ffff) << 2;

		if ((adrp & 0x9f00001f) != 0x90000010 || (load & 0xffc003ff) != 0xf9400211)
			continue;
		if (pages >> 20)
			pages |= UINT64_MAX << 21;
		e->name = find_slot(p, ((c->vaddr + c->at) & ~UINT64_C(0xfff)) + (pages << 12) + (load >> 10 & 0xfff) * 8);
		if (!e->name)
			continue;
		e->start = c->at;
		step_back(c, &e->start, "\x5f\x24\x03\xd5", 4); /* bti c */
		c->at += LENGTH;
		return true;
	}
	return false;
}

static const struct plt_machine machines[] = {
	{EM_X86_64, R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_IRELATIVE, next_x86},
	{EM_AARCH64, R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_IRELATIVE, next_arm64},
};

/* ---- all ---- */

/* Without the version that linkers add in .symtab. */
static size_t
name_len(const char *name)
{
	size_t len = strnlen(name, NAME_LIMIT);
	const char *at = memchr(name + 1, '@', len - 1);

	return at ? (size_t)(at - name) : len;
}

static void
put(struct plt *p, const struct code *c, size_t start, size_t end, const char *name)
{
	static const char own[] = ".plt";
	uint32_t id;

	if (start >= end)
		return;
	p->name.len = 0;
	if (name)
		buf_add(&p->name, name, name_len(name));
	buf_puts(&p->name, name ? "@plt" : own);
	id = intern(p->names, p->name.data, p->name.len);
	symtab_put(p->to, c->vaddr + start, end - start, p->names->all[id].text);
}

/* Each entry goes up to the next one. */
static void
read_code(struct plt *p, const struct plt_machine *m, const struct elf_section *section)
{
	struct code c = {.vaddr = section->vaddr};
	struct entry e, before = {0};

	c.bytes = section->flags & SHF_EXECINSTR ? elf_contents(p->f, section, &c.size) : NULL;
	if (!c.bytes)
		return;
	while (m->next(p, &c, &e)) {
		put(p, &c, before.start, e.start, before.name);
		before = e;
	}
	if (before.name)
		put(p, &c, before.start, c.size, before.name);
}

void
plt_read(struct symtab *t, struct intern *names, const struct elf_file *f, struct symtab *known)
{
	static const char *const sections[] = {".plt", ".plt.sec", ".plt.got", ".iplt"};
	struct plt p = {.f = f, .known = known, .to = t, .names = names};
	const struct plt_machine *m = NULL;

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == f->header.machine)
			m = &machines[i];
	if (m)
		read_slots(&p, m);
	for (size_t i = 0; m && p.n && i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct elf_section *section = elf_section(f, sections[i]);

		if (section)
			read_code(&p, m, section);
	}
	free(p.slots);
	free(p.pushed);
	buf_free(&p.name);
}
