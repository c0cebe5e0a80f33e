// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands before a line table's program: its numbers, its directories, its files.
 *
 * Until version 4 directories and files count from 1: directory 0 is the unit's, file 0 does not exist (here it is the
 * unit's own). In version 5 both count from 0, directory 0 is the unit's as the table has it, which must not be put behind
 * the unit's own once more, and how a directory or a file is written is told before them, as pairs of what it is and in
 * which form. */
#include "dwarf/line_header.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/form.h"

enum { FORMATS_MOST = 255 };

enum content { CONTENT_PATH = 1, CONTENT_DIRECTORY = 2 };

struct names {
	const char **all; /* owned */
	size_t n, cap;
};

/* The string at a cursor, which is then behind it. NULL: it has no end. */
static const char *
take_string(struct cursor *c)
{
	const char *text = (const char *)c->at;
	const uint8_t *nul = memchr(c->at, 0, cursor_left(c));

	c->bad |= !nul;
	c->at = nul ? nul + 1 : c->end;
	return nul ? text : NULL;
}

static const char *
string_at(struct cursor section, uint64_t offset)
{
	if (offset >= cursor_left(&section))
		return NULL;
	section.at += offset;
	return take_string(&section);
}

void
line_file_add(struct line_table *t, const char *name, const char *directory)
{
	GROW(t->files, t->n_files, t->cap_files);
	t->files[t->n_files++] = (struct line_file){name, directory, NULL};
}

/* ---- version 5 ---- */

static const char *
text_of_value(const struct value *v, const struct line_input *input)
{
	switch (v->kind) {
	case VALUE_TEXT:
		return v->text;
	case VALUE_LINE_STRP:
		return string_at(input->line_strings, v->n);
	case VALUE_STRP:
		return string_at(input->strings, v->n);
	default:
		return NULL;
	}
}

/* A list of directories or of files: the format, how many, each. */
struct listing {
	struct {
		uint64_t content;
		struct form form;
	} formats[FORMATS_MOST];
	size_t n_formats;
	uint64_t n;
};

/* There cannot be more than there are bytes, as no form that says something takes none. */
static bool
read_listing(struct cursor *c, struct listing *l, const struct form_sizes *sizes)
{
	l->n_formats = cursor_byte(c);
	for (size_t i = 0; i < l->n_formats; i++) {
		l->formats[i].content = cursor_uleb(c);
		l->formats[i].form = form_of(cursor_uleb(c), sizes);
		c->bad |= !l->formats[i].form.extent;
	}
	l->n = cursor_uleb(c);
	return !c->bad && l->n <= cursor_left(c) && (l->n_formats || !l->n);
}

static bool
read_entry(struct cursor *c, const struct listing *l, const struct form_sizes *sizes, const struct line_input *input,
	   const char **path, uint64_t *directory)
{
	struct value v;

	*path = NULL;
	*directory = 0;
	for (size_t i = 0; i < l->n_formats; i++) {
		form_read(c, l->formats[i].form.extent, (enum value_kind)l->formats[i].form.kind, 0, sizes, &v);
		if (l->formats[i].content == CONTENT_PATH)
			*path = text_of_value(&v, input);
		else if (l->formats[i].content == CONTENT_DIRECTORY)
			*directory = v.n;
	}
	return !c->bad;
}

static bool
read_entries(struct cursor *c, struct names *directories, struct line_table *t, uint8_t offset_size,
	     const struct line_input *input)
{
	const struct form_sizes sizes = {.address = 8, .offset = offset_size, .reference = offset_size};
	struct listing *l = xmalloc(sizeof(*l));
	bool ok = read_listing(c, l, &sizes);
	const char *path;
	uint64_t directory;

	for (uint64_t i = 0; ok && i < l->n; i++) {
		ok = read_entry(c, l, &sizes, input, &path, &directory);
		GROW(directories->all, directories->n, directories->cap);
		directories->all[directories->n++] = ok ? path : NULL;
	}
	if (directories->n && directories->all[0] && !t->directory)
		t->directory = directories->all[0];
	if (directories->n && directories->all[0] && directories->all[0][0] != '/')
		directories->all[0] = NULL;
	ok = ok && read_listing(c, l, &sizes);
	for (uint64_t i = 0; ok && i < l->n; i++) {
		ok = read_entry(c, l, &sizes, input, &path, &directory);
		if (ok)
			line_file_add(t, path, directory < directories->n ? directories->all[directory] : NULL);
	}
	free(l);
	return ok;
}

/* ---- until version 4: strings, the last one empty; a file's has its directory, time and size behind it ---- */

static bool
read_strings(struct cursor *c, struct names *directories, struct line_table *t, const char *unit_name)
{
	const char *text;

	GROW(directories->all, directories->n, directories->cap);
	directories->all[directories->n++] = NULL; /* the unit's */
	while ((text = take_string(c)) && *text) {
		GROW(directories->all, directories->n, directories->cap);
		directories->all[directories->n++] = text;
	}
	line_file_add(t, unit_name, NULL);
	while ((text = take_string(c)) && *text) {
		uint64_t directory = cursor_uleb(c);

		cursor_uleb(c);
		cursor_uleb(c);
		line_file_add(t, text, directory < directories->n ? directories->all[directory] : NULL);
	}
	return !c->bad;
}

/* ---- all ---- */

/* From minimum_instruction_length up to the directories. */
static void
read_numbers(struct cursor *c, struct line_header *h)
{
	h->min_instruction = cursor_byte(c);
	h->max_operations = h->version >= 4 ? cursor_byte(c) : 1;
	h->default_is_stmt = cursor_byte(c);
	h->line_base = (int8_t)cursor_byte(c);
	h->line_range = cursor_byte(c);
	h->opcode_base = cursor_byte(c);
	h->operands = c->at;
	cursor_block(c, h->opcode_base ? h->opcode_base - 1u : 0);
	if (!h->max_operations)
		h->max_operations = 1; /* 0 is seen where 1 is meant */
}

int
line_header_read(struct line_header *h, struct line_table *t, const struct line_input *input, struct err *err)
{
	struct cursor table = input->table, c;
	uint64_t length = cursor_fixed(&table, 4), header;
	uint8_t offset_size = length == UINT32_MAX ? 8 : 4;
	struct names directories = {0};
	bool ok;

	*h = (struct line_header){0};
	if (offset_size == 8)
		length = cursor_fixed(&table, 8);
	if (!table.bad)
		table = cursor_block(&table, length);
	h->version = (uint16_t)cursor_fixed(&table, 2);
	if (table.bad)
		return err_set(err, "a line table is cut short");
	if (h->version < 2 || h->version > 5)
		return err_set(err, "a line table has the version %u", h->version);
	h->address_size = input->address_size;
	if (h->version >= 5) {
		h->address_size = cursor_byte(&table);
		cursor_byte(&table); /* size of segment selectors */
	}
	header = cursor_fixed(&table, offset_size);
	c = cursor_block(&table, header);
	h->program = table;
	read_numbers(&c, h);
	if (table.bad || c.bad || !h->opcode_base)
		return err_set(err, "the header of a line table is cut short");
	ok = h->version >= 5 ? read_entries(&c, &directories, t, offset_size, input)
			     : read_strings(&c, &directories, t, input->name);
	free(directories.all);
	return ok ? 0 : err_set(err, "the files of a line table are malformed");
}
