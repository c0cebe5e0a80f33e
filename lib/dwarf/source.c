// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the code of a source line is, by DWARF's line tables. */
#include "dwarf/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dwarf/constants.h"
#include "dwarf/line.h"
#include "dwarf/sections.h"
#include "dwarf/unit.h"

struct search {
	const struct elf_file *code;
	const char *source;
	size_t source_len;
	uint64_t line;
	struct line_places *places;
	struct line_table table; /* of the unit at hand */
	uint32_t file;		 /* the last row's, which most rows share with the one before */
	bool is_source;
	bool only_parts; /* the places are instructions of the line where none of its statements begins */
};

bool
lines_has(const struct elf_file *f)
{
	return sections_have(f, DWARF_LINE);
}

static bool
ends_in_source(const struct search *s, const char *path)
{
	size_t len = path ? strlen(path) : 0;

	return len >= s->source_len && !strcmp(path + len - s->source_len, s->source) &&
	       (len == s->source_len || path[len - s->source_len - 1] == '/');
}

static bool
is_source(struct search *s, uint32_t file)
{
	if (file != s->file)
		s->is_source = ends_in_source(s, line_path(&s->table, file));
	s->file = file;
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
	uint64_t vaddr;
	uint32_t line;
	bool begins, ends; /* a statement; a run of rows */
	bool is_source;
};

static bool
is_first(const struct row *row, const struct row *before)
{
	return before->ends || before->line != row->line || !before->is_source;
}

/* A line has several rows one after the other, as the compiler mixes what belongs to its parts; it begins at the first. */
static void
search_table(struct search *s)
{
	struct row before = {.ends = true}, last = {.ends = true}; /* before: the last one where a statement began */

	s->file = UINT32_MAX;
	for (size_t i = 0; i < s->table.n; i++) {
		const struct line_row *r = &s->table.rows[i];
		struct row row = {r->vaddr, r->line, r->begins, line_is_end(r), false};

		row.is_source = !row.ends && is_source(s, r->file);
		if (row.line && row.is_source && elf_is_code(s->code, row.vaddr) && is_first(&row, row.begins ? &before : &last))
			take(s, row.line, row.vaddr, row.begins);
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
search_all(struct search *s, struct debug_file *d, struct err *err)
{
	int r = 0;

	debug_file_units(d);
	for (size_t i = 0; i < d->n; i++) {
		struct unit *u = &d->units[i];

		if (u->type == DW_UT_type || u->type == DW_UT_split_type)
			continue;
		if (unit_lines_read(u, true, &s->table, err))
			r = -1;
		search_table(s);
		line_table_free(&s->table);
	}
	return r;
}

int
lines_find(const struct elf_file *f, const struct elf_file *code, const char *source, uint64_t line, struct line_places *places,
	   struct err *err)
{
	struct search s = {.code = code, .source = source, .source_len = strlen(source), .line = line, .places = places};
	struct debug_file d;
	struct err wrong = {0};
	int r;

	*places = (struct line_places){0};
	debug_file_init(&d, f, false);
	r = search_all(&s, &d, &wrong);
	if (d.sections.problem.text[0]) {
		r = -1;
		wrong = d.sections.problem;
	}
	debug_file_free(&d);
	if (r && !places->last) /* else what could be read has something */
		return err_set(err, "%s: its debug information: %s", f->path, wrong.text);
	sort_places(places);
	return 0;
}

void
line_places_free(struct line_places *places)
{
	free(places->vaddrs);
	*places = (struct line_places){0};
}
