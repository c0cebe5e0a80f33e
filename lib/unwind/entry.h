/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of a section that describes frames, one after another: CIEs, which say what many have in common, and
 * FDEs, each for one function (DWARF 5, 6.4.1; LSB, ".eh_frame"). */
#ifndef UNWIND_ENTRY_H
#define UNWIND_ENTRY_H

#include "unwind/section.h"
#include "unwind/state.h"

struct entry {
	uint64_t at;	    /* in the section: of its length */
	uint64_t id;	    /* a CIE's mark, or the place of an FDE's CIE */
	bool common;	    /* it is a CIE */
	struct cursor rest; /* what follows the id */
};

/* A CIE. */
struct common {
	uint64_t at; /* in the section */
	const struct section *section;
	uint64_t code_align;
	int64_t data_align;
	uint8_t encoding;     /* of addresses */
	uint8_t segment_size; /* bytes of a number that precedes an address */
	bool augmented;	      /* FDEs have data of their own before the instructions */
	bool sigframe;
	bool usable;
	struct state initial; /* what "restore" restores */
};

/* Steps over the next entry; false at the end. c->bad: it lies about its length. */
bool entry_next(const struct section *s, struct cursor *c, struct entry *e);

/* Reads a CIE up to its instructions. False: it cannot be used. */
bool common_read(struct common *common, struct cursor *c);

#endif
