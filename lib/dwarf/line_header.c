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

enum { FORMATS_MOST = 255 };

enum content { CONTENT_PATH = 1, CONTENT_DIRECTORY = 2 };

enum form {
	FORM_block2 = 0x03,
	FORM_block4 = 0x04,
	FORM_data2 = 0x05,
	FORM_data4 = 0x06,
	FORM_data8 = 0x07,
	FORM_string = 0x08,
	FORM_block = 0x09,
	FORM_block1 = 0x0a,
	FORM_data1 = 0x0b,
	FORM_sdata = 0x0d,
	FORM_strp = 0x0e,
	FORM_udata = 0x0f,
	FORM_strx = 0x1a,
	FORM_strp_sup = 0x1d,
	FORM_data16 = 0x1e,
	FORM_line_strp = 0x1f,
	FORM_strx1 = 0x25,
	FORM_strx2 = 0x26,
	FORM_strx3 = 0x27,
	FORM_strx4 = 0x28,
};

struct names {
	const char **all; /* owned */
	size_t n, cap;
};

/* How a number or a text is written in a form; neither: it is stepped over. */
struct value {
	const char *text;
	uint64_t number;
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

enum written { UNKNOWN, FIXED, LEB, TEXT, LINE_STRINGS, STRINGS, ELSEWHERE, BLOCK };

/* How each form is written: numbers of `size` bytes; blocks after a length of `size` bytes, 0 being a LEB128. */
static const struct {
	uint8_t written, size;
} forms[] = {
	[FORM_block2] = {BLOCK, 2},
	[FORM_block4] = {BLOCK, 4},
	[FORM_data2] = {FIXED, 2},
	[FORM_data4] = {FIXED, 4},
	[FORM_data8] = {FIXED, 8},
	[FORM_string] = {TEXT, 0},
	[FORM_block] = {BLOCK, 0},
	[FORM_block1] = {BLOCK, 1},
	[FORM_data1] = {FIXED, 1},
	[FORM_sdata] = {LEB, 0},
	[FORM_strp] = {STRINGS, 0},
	[FORM_udata] = {LEB, 0},
	[FORM_strx] = {LEB, 0},
	[FORM_strp_sup] = {ELSEWHERE, 0},
	[FORM_data16] = {FIXED, 16},
	[FORM_line_strp] = {LINE_STRINGS, 0},
	[FORM_strx1] = {FIXED, 1},
	[FORM_strx2] = {FIXED, 2},
	[FORM_strx3] = {FIXED, 3},
	[FORM_strx4] = {FIXED, 4},
};

/* Reads one value. False: the form is not known, so what follows it cannot be found. */
static bool
read_value(struct cursor *c, uint64_t form, size_t offset_size, const struct line_input *input, struct value *v)
{
	size_t size = form < sizeof(forms) / sizeof(forms[0]) ? forms[form].size : 0;

	*v = (struct value){0};
	switch (form < sizeof(forms) / sizeof(forms[0]) ? forms[form].written : UNKNOWN) {
	case FIXED:
		if (size <= 8)
			v->number = cursor_fixed(c, size);
		else
			cursor_block(c, size);
		return true;
	case LEB:
		v->number = cursor_uleb(c);
		return true;
	case TEXT:
		v->text = take_string(c);
		return true;
	case LINE_STRINGS:
		v->text = string_at(input->line_strings, cursor_fixed(c, offset_size));
		return true;
	case STRINGS:
		v->text = string_at(input->strings, cursor_fixed(c, offset_size));
		return true;
	case ELSEWHERE:
		cursor_fixed(c, offset_size);
		return true;
	case BLOCK:
		cursor_block(c, size ? cursor_fixed(c, size) : cursor_uleb(c));
		return true;
	default:
		return false;
	}
}

/* A list of directories or of files: the format, how many, each. */
struct listing {
	uint64_t formats[FORMATS_MOST][2];
	size_t n_formats;
	uint64_t n;
};

/* Every form takes a byte at least, so that there cannot be more than there are bytes. */
static bool
read_listing(struct cursor *c, struct listing *l)
{
	l->n_formats = cursor_byte(c);
	for (size_t i = 0; i < l->n_formats; i++) {
		l->formats[i][0] = cursor_uleb(c);
		l->formats[i][1] = cursor_uleb(c);
	}
	l->n = cursor_uleb(c);
	return !c->bad && l->n <= cursor_left(c) && (l->n_formats || !l->n);
}

static bool
read_entry(struct cursor *c, const struct listing *l, size_t offset_size, const struct line_input *input,
	   const char **path, uint64_t *directory)
{
	struct value v;

	*path = NULL;
	*directory = 0;
	for (size_t i = 0; i < l->n_formats; i++) {
		if (!read_value(c, l->formats[i][1], offset_size, input, &v))
			return false;
		if (l->formats[i][0] == CONTENT_PATH)
			*path = v.text;
		else if (l->formats[i][0] == CONTENT_DIRECTORY)
			*directory = v.number;
	}
	return !c->bad;
}

static bool
read_entries(struct cursor *c, struct names *directories, struct line_table *t, size_t offset_size,
	     const struct line_input *input)
{
	struct listing *l = xmalloc(sizeof(*l));
	bool ok = read_listing(c, l);
	const char *path;
	uint64_t directory;

	for (uint64_t i = 0; ok && i < l->n; i++) {
		ok = read_entry(c, l, offset_size, input, &path, &directory);
		GROW(directories->all, directories->n, directories->cap);
		directories->all[directories->n++] = ok ? path : NULL;
	}
	if (directories->n && directories->all[0] && !t->directory)
		t->directory = directories->all[0];
	if (directories->n && directories->all[0] && directories->all[0][0] != '/')
		directories->all[0] = NULL;
	ok = ok && read_listing(c, l);
	for (uint64_t i = 0; ok && i < l->n; i++) {
		ok = read_entry(c, l, offset_size, input, &path, &directory);
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
	cursor_byte(c); /* default_is_stmt: every row counts */
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
	size_t offset_size = length == UINT32_MAX ? 8 : 4;
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
