/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to debug information: from a vaddr to the function that holds it, what was inlined into that, and the line
 * of each.
 *
 *	struct dwarf *d = dwarf_open(file);
 *	struct dwarf_place place;
 *
 *	dwarf_find(d, vaddr, DWARF_INLINES | DWARF_LINES, &place);
 *	for (size_t i = 0; i < place.n; i++)
 *		printf("%s at %s:%u\n", place.chain[i].name, place.chain[i].source, place.chain[i].line);
 *
 * Units are read when an address in them is first asked for, each once. */
#ifndef DWARF_DWARF_H
#define DWARF_DWARF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dwarf/split.h"
#include "elf/file.h"

struct dwarf;

/* NULL: the file has no debug information. It must outlive the result. */
struct dwarf *dwarf_open(const struct elf_file *f);
void dwarf_close(struct dwarf *d); /* NULL is allowed */

const struct elf_file *dwarf_file(const struct dwarf *d);

/* What of it could not be read so far, or was refused, and why; NULL: nothing. */
const char *dwarf_problem(const struct dwarf *d);

/* dwz's supplementary file, which .gnu_debugaltlink names; before the first look-up. It must outlive *d. */
void dwarf_set_alt(struct dwarf *d, const struct elf_file *alt);

/* Sets who opens what -gsplit-dwarf left beside the object files; before the first look-up. */
void dwarf_on_split(struct dwarf *d, split_opener *open, void *to);

struct dwarf_frame {
	const char *name;   /* mangled where the file has that; NULL: not known */
	const char *source; /* NULL: not known */
	uint32_t line;	    /* 0: not known */
};

struct dwarf_place {
	const struct dwarf_frame *chain; /* innermost function first; valid until the next look-up, its texts as long as *d */
	size_t n;			 /* 0: nothing is known */
	uint64_t function;		 /* that holds the code; 0: not known */
};

enum { DWARF_INLINES = 1, DWARF_LINES = 2, DWARF_CHAIN_MAX = 500 /* frames */ };

/* Without DWARF_INLINES the chain is one frame without a name, whose line is that of the instruction. */
void dwarf_find(struct dwarf *d, uint64_t vaddr, unsigned what, struct dwarf_place *place);

/* Reads what look-ups at these addresses will need, on all cpus, before they do it one after the other. */
void dwarf_read_ahead(struct dwarf *d, const uint64_t *vaddrs, size_t n, unsigned what);

/* The function that holds the code at a vaddr, as dwarf_place.function has it. */
uint64_t dwarf_function(struct dwarf *d, uint64_t vaddr);

#endif
