// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the code of a source line is, by DWARF's line tables, which libdw reads. */
#include "elf/lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "elf/build_id.h"

struct search {
	const struct elf_file *code;
	const char *source;
	size_t source_len;
	uint64_t line;
	struct line_places *places;
	const char *path; /* the last row's, which most rows share with the one before */
	bool is_source;
	bool only_parts; /* the places are instructions of the line where none of its statements begins */
};

bool
lines_has(const struct elf_file *f)
{
	return elf_section(f, ".debug_line") || elf_section(f, ".zdebug_line");
}

static bool
is_source(struct search *s, const char *path)
{
	size_t len;

	if (path == s->path)
		return s->is_source;
	s->path = path;
	len = strlen(path);
	s->is_source = len >= s->source_len && !strcmp(path + len - s->source_len, s->source) &&
		       (len == s->source_len || path[len - s->source_len - 1] == '/');
	return s->is_source;
}

/* A line whose statements begin nowhere, as they were mixed into others, still has instructions: better than the next line,
 * which may be another function's. */
static void
take(struct search *s, uint64_t line, uint64_t vaddr, bool begins)
{
	struct line_places *p = s->places;

	if (!begins && (line != s->line || (p->n && p->line == line && !s->only_parts)))
		return;
	if (line > p->last)
		p->last = line;
	if (line < s->line || (p->n && line > p->line))
		return;
	if (line != p->line || (begins && s->only_parts))
		p->n = 0; /* nearer than those before */
	s->only_parts = !begins;
	p->line = line;
	GROW(p->vaddrs, p->n, p->cap);
	p->vaddrs[p->n++] = vaddr;
}

/* A row of a line table. */
struct row {
	Dwarf_Addr vaddr;
	int line;
	bool begins, ends; /* a statement; a run of rows */
	bool is_source;
};

static bool
read_row(struct search *s, Dwarf_Lines *lines, size_t i, struct row *r)
{
	Dwarf_Line *l = dwarf_onesrcline(lines, i);
	const char *path;

	if (!l || dwarf_lineaddr(l, &r->vaddr) || dwarf_lineno(l, &r->line) || dwarf_linebeginstatement(l, &r->begins) ||
	    dwarf_lineendsequence(l, &r->ends))
		return false;
	path = dwarf_linesrc(l, NULL, NULL);
	r->is_source = path && is_source(s, path);
	return true;
}

static bool
is_first(const struct row *row, const struct row *before)
{
	return before->ends || before->line != row->line || !before->is_source;
}

/* A line has several rows one after the other, as the compiler mixes what belongs to its parts; it begins at the first. */
static void
search_unit(struct search *s, Dwarf_Die *unit)
{
	struct row row, before = {.ends = true}, last = {.ends = true}; /* before: the last one where a statement began */
	Dwarf_Lines *lines;
	size_t n;

	s->path = NULL;
	if (dwarf_getsrclines(unit, &lines, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!read_row(s, lines, i, &row))
			continue;
		if (!row.ends && row.line > 0 && row.is_source && elf_is_code(s->code, row.vaddr) &&
		    is_first(&row, row.begins ? &before : &last))
			take(s, (uint64_t)row.line, row.vaddr, row.begins);
		if (row.begins || row.ends)
			before = row;
		last = row;
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
sort_places(struct line_places *p)
{
	size_t n = 0;

	if (p->n)
		qsort(p->vaddrs, p->n, sizeof(*p->vaddrs), compare);
	for (size_t i = 0; i < p->n; i++)
		if (!n || p->vaddrs[n - 1] != p->vaddrs[i])
			p->vaddrs[n++] = p->vaddrs[i];
	p->n = n;
}

static int
search_all(struct search *s, Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	uint8_t type;
	int r;

	while (!(r = dwarf_get_units(dwarf, unit, &unit, NULL, &type, &die, NULL)))
		if (type != DW_UT_type && type != DW_UT_split_type)
			search_unit(s, &die);
	return r < 0 ? -1 : 0;
}

static int
search_file(struct search *s, const struct elf_file *f, int fd, struct err *err)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL); /* not f's own bytes: it writes to headers of compressed sections */
	Dwarf *dwarf = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
	int r = dwarf ? search_all(s, dwarf) : -1;

	if (s->places->last)
		r = 0; /* what could be read has something */
	if (r)
		err_set(err, "%s: its debug information: %s", f->path, elf ? dwarf_errmsg(-1) : elf_errmsg(-1));
	dwarf_end(dwarf);
	elf_end(elf);
	return r;
}

int
lines_find(const struct elf_file *f, const struct elf_file *code, const char *source, uint64_t line, struct line_places *places,
	   struct err *err)
{
	struct search s = {.code = code, .source = source, .source_len = strlen(source), .line = line, .places = places};
	int r, fd = elf_open_fd(f->path, err);

	*places = (struct line_places){0};
	if (fd < 0)
		return -1;
	elf_version(EV_CURRENT);
	r = search_file(&s, f, fd, err);
	close(fd);
	sort_places(places);
	return r;
}

void
line_places_free(struct line_places *places)
{
	free(places->vaddrs);
	*places = (struct line_places){0};
}
