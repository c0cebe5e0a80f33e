// SPDX-License-Identifier: GPL-2.0-or-later
/* uprobe:[FILE:]WHAT and uretprobe: functions of files, lines and addresses in them. */
#include "sampler/probe.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/symtab.h"
#include "sampler/probe_parts.h"
#include "sampler/user_search.h"
#include "unwind/go.h"
#include "unwind/x86.h"

/* Whether instructions of x86 that follow each other from `begin` on come to `vaddr`: a breakpoint within one would make
 * another one of it, in each process that runs it. */
static bool
is_instruction(const struct elf_file *f, uint64_t begin, uint64_t vaddr)
{
	uint64_t offset, end;
	struct x86_instruction x;

	if (f->header.machine != EM_X86_64 || !elf_offset(f, begin, &offset))
		return true;
	end = offset + (vaddr - begin);
	while (offset < end && end <= f->size && x86_read(f->bytes + offset, f->size - offset, &x))
		offset += x.length;
	return offset == end;
}

/* The function that holds an address which was given as such; the address itself where nobody knows. */
static uint64_t
begin_of(const struct elf_file *f, uint64_t vaddr)
{
	struct symtab symbols = {.lazy = true};
	const struct symbol_range *range;
	uint64_t begin = vaddr;

	symtab_read(&symbols, f);
	range = symtab_find(&symbols, vaddr);
	if (range)
		begin = range->start;
	symtab_free(&symbols);
	return begin;
}

/* Where in the file the place is, with the offset that was asked for; false: it is not in the function, or no instruction
 * can be there. */
static bool
place_of(const struct user_match *m, const struct user_pattern *p, uint64_t *offset)
{
	uint64_t more = p->kind == PATTERN_ADDRESS ? 0 : p->offset;

	if (more && (m->vaddr + more < m->vaddr || (m->size && more >= m->size)))
		return false;
	if (m->image->elf->header.machine == EM_AARCH64 && (m->vaddr + more) % 4)
		return false;
	if (p->kind == PATTERN_ADDRESS && !is_instruction(m->image->elf, begin_of(m->image->elf, m->vaddr), m->vaddr))
		return false;
	if (more && !is_instruction(m->image->elf, m->vaddr, m->vaddr + more))
		return false;
	return elf_is_code(m->image->elf, m->vaddr + more) && elf_offset(m->image->elf, m->vaddr + more, offset);
}

/* "malloc", "ns::Foo::bar(int)+0x10", "file.c:12", "0x1234" */
static void
add_what(struct buf *name, const struct user_match *m, const struct user_search *s)
{
	const struct user_pattern *p = &s->pattern;

	if (p->kind == PATTERN_ADDRESS)
		buf_printf(name, "0x%llx", (unsigned long long)p->number);
	else if (p->kind == PATTERN_LINE)
		buf_printf(name, "%s:%llu", p->text, (unsigned long long)p->number);
	else if (!p->demangle || !p->demangle(m->symbol, m->len, name))
		buf_add(name, m->symbol, m->len);
	if (p->has_offset && p->kind != PATTERN_ADDRESS)
		buf_printf(name, "+0x%llx", (unsigned long long)p->offset);
}

static bool
add_probe(struct probes *all, enum probe_kind kind, const struct user_search *s, const struct user_match *m)
{
	struct buf name = {0};
	uint64_t offset;
	struct probe *p;

	if (!place_of(m, &s->pattern, &offset))
		return false;
	buf_printf(&name, "%s:%s:", probe_prefix(kind), m->image->shown);
	add_what(&name, m, s);
	p = probes_add(all, kind);
	p->name = probe_text(&name);
	p->symbol = m->symbol ? xstrndup(m->symbol, m->len) : xstrdup(strrchr(p->name, ':') + 1);
	p->path = xstrdup(m->image->elf->path);
	p->offset = offset;
	return true;
}

static int
no_offset(const struct user_search *s, struct err *err)
{
	const struct user_match *m = &s->matches.all[0];

	if (m->size && s->pattern.offset >= m->size)
		return err_set(err, "%.*s in %s has no more than %llu bytes", (int)m->len, m->symbol, m->image->shown,
			       (unsigned long long)m->size);
	return err_set(err, "no instruction of %s begins there", m->image->shown);
}

static int
check_return(const struct user_pattern *p, struct err *err)
{
	if (p->kind == PATTERN_LINE)
		return err_set(err, "lines do not return; uprobe: takes one");
	if (p->has_offset)
		return err_set(err, "a function returns to its caller, whatever the offset; uprobe: takes one");
	return 0;
}

/* Go moves stacks and looks at the return addresses in them; one that leads to a probe ends the program. */
static int
check_go(const struct user_matches *m, struct err *err)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->all[i].symbol && memchr(m->all[i].symbol, '.', m->all[i].len) && go_built(m->all[i].image->elf))
			return err_set(err, "%.*s in %s is Go's, which a probe on its return would crash", (int)m->all[i].len,
				       m->all[i].symbol, m->all[i].image->shown);
	return 0;
}

static int
find(struct probes *all, enum probe_kind kind, const char *what, struct user_search *s, struct err *err)
{
	size_t before = all->n;

	if (user_pattern_parse(&s->pattern, what, err) || (kind == PROBE_URETPROBE && check_return(&s->pattern, err)) ||
	    user_search(s, err))
		return -1;
	if (s->matches.n > s->scope->max_probes || (kind == PROBE_URETPROBE && check_go(&s->matches, err)))
		return -1;
	for (size_t i = 0; i < s->matches.n; i++)
		add_probe(all, kind, s, &s->matches.all[i]);
	if (all->n == before)
		return no_offset(s, err);
	probes_in_order(all, before);
	return 0;
}

int
find_user_functions(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	struct user_search s = {.scope = scope};
	size_t len = user_pattern_file(text);
	char *file = len ? xstrndup(text, len) : NULL;
	struct err why = {0};
	int r;

	s.file = file;
	r = find(all, kind, len ? text + len + 1 : text, &s, &why);
	if (s.matches.n > scope->max_probes)
		probe_too_many(err, kind, text, s.matches.n, s.pattern.kind == PATTERN_LINE ? "places" : "functions",
			       scope->max_probes);
	else if (r)
		err_set(err, "%s:%s: %s", probe_prefix(kind), text, why.text);
	user_search_free(&s);
	free(file);
	return r;
}
