/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The units of a file's debug information, by where they begin: what a unit's header and its first entry (its root) say.
 *
 * References lead from unit to unit and from file to file: the members of a dwz'd file refer to its supplementary file,
 * a unit that was split refers to the addresses of the file that is run. */
#ifndef DWARF_UNIT_H
#define DWARF_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "base/err.h"
#include "dwarf/abbrev.h"
#include "dwarf/form.h"
#include "dwarf/sections.h"

struct tree;
struct walk;
struct line_table;

/* Where a unit's numbers count from, in the sections that it refers to. */
struct unit_bases {
	uint64_t addr, ranges, rnglists, str_offsets;
};

struct unit {
	struct debug_file *file;
	uint64_t offset, end;	/* of the unit in .debug_info; end is the first byte after */
	uint64_t root;		/* offset of its first entry */
	uint64_t abbrev_offset; /* in .debug_abbrev */
	struct form_sizes sizes;
	uint8_t version, type; /* type: enum dwarf_unit_type */

	/* What the root says, once unit_root() has read it. */
	bool rooted, has_lines, has_dwo, is_c;
	bool skips_types; /* code is never in its types */
	struct unit_bases bases;
	uint64_t low_pc; /* what its range lists count from; 0: none */
	uint64_t lines;	 /* offset in .debug_line, if has_lines */
	uint64_t dwo_id; /* 0: none */
	struct value low, high, ranges;

	const struct unit *skeleton; /* of a split unit: the unit that stands for it in the file that is run; not owned */
	struct unit *split;	     /* the reverse; NULL: it was not split, or what was split from it is not to be had */

	/* Made when first needed. */
	const struct abbrevs *abbrevs; /* the file's, which units share */
	struct tree *tree;	       /* owned */
	struct line_table *table;      /* owned */
	bool split_tried, is_ahead; /* is_ahead: dwarf_read_ahead() has seen to it */
};

struct debug_file {
	struct dwarf_sections sections;
	uint64_t code_start, code_end; /* vaddr: no code is outside of this */
	struct unit *units;	       /* by offset, once debug_file_units() has read them; owned */
	size_t n, cap;
	bool listed, sections_ahead;
	struct debug_file *alt; /* dwz's supplementary file; not owned; NULL */
	struct abbrevs **abbrevs; /* owned; found by `tables` */
	size_t n_abbrevs, cap_abbrevs;
	struct table tables;
	struct abbrevs scratch;		     /* of a root */
	struct walk *walk;		     /* owned; see unit_tree() */
	uint64_t spent[DWARF_SECTION_COUNT]; /* see section_spend() */
};

/* Reads nothing yet. The ELF file must outlive the result. */
void debug_file_init(struct debug_file *d, const struct elf_file *f, bool split);
void debug_file_free(struct debug_file *d);

/* Reads the headers of all units, at the first call. */
void debug_file_units(struct debug_file *d);

/* Reads the root, at the first call. */
void unit_root(struct unit *u);

/* As unit_entry() of the root, without reading all abbreviations for it. */
void unit_root_entry(struct unit *u, const uint16_t *names, struct value *found, size_t n);

/* The unit's abbreviations, read at the first call. */
const struct abbrevs *unit_abbrevs(struct unit *u);

/* The bytes of .debug_info from an offset up to the unit's end. */
struct cursor unit_cursor(const struct unit *u, uint64_t offset);

/* Looks for attributes of the entry at an offset: *found[i] becomes that of names[i], of kind VALUE_NONE when it is not
 * there. Returns the entry's abbreviation; NULL: there is none. */
const struct abbrev *unit_entry(struct unit *u, uint64_t offset, const uint16_t *names, struct value *found, size_t n);

/* Texts are in a section. NULL: it is none, or malformed. */
const char *unit_string(const struct unit *u, const struct value *v);

/* False: it is none, or malformed. */
bool unit_address(const struct unit *u, const struct value *v, uint64_t *vaddr);

/* The unit that an entry is in and its offset in .debug_info. NULL: it is none, malformed, or not to be had. */
struct unit *unit_reference(struct unit *u, const struct value *v, uint64_t *offset);

/* Reads the unit's line table into *t, which stays empty when there is none; `all_rows` as in struct line_input. -1: it is
 * malformed, and *err says where; what was good before that is there. */
int unit_lines_read(struct unit *u, bool all_rows, struct line_table *t, struct err *err);

/* The unit's line table, without what is malformed, read at the first call; NULL: it has none. */
struct line_table *unit_lines(struct unit *u);

/* A section's bytes from an offset on; none when it is beyond them. */
struct cursor section_cursor(struct debug_file *d, enum dwarf_section which, uint64_t offset);

/* Says that bytes of a section were read. False: it was more by far than the section has, as only a file does that
 * refers to the same bytes over and over: nothing more is to be read of it. By several threads (ahead.h) it is any of them that
 * comes to that. */
bool section_spend(struct debug_file *d, enum dwarf_section which, size_t size);

#endif
