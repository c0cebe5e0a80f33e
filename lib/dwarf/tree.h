/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of a unit that have code, and what was inlined into them: made by one walk over the unit's entries when
 * an address in it is first asked for. */
#ifndef DWARF_TREE_H
#define DWARF_TREE_H

#include <stdint.h>

#include "dwarf/span.h"
#include "dwarf/unit.h"

#define TREE_NONE UINT32_MAX

struct tree_node {
	uint32_t entry;	    /* offset from the unit's begin */
	uint32_t parent;    /* the function that it was inlined into; TREE_NONE: it is a function of its own */
	uint32_t call_file; /* of the unit's line table; where it was called when it was inlined */
	uint32_t call_line; /* 0: not known */
	uint32_t name;	    /* by names.h, plus one; 0: not looked for yet */
};

struct tree {
	struct tree_node *nodes; /* each after its parent; owned */
	size_t n, cap;
	struct span_map places; /* the innermost node of each address */
};

/* The unit's, read at the first call; what is malformed ends the walk. *scratch is memory for all calls of a thread. */
const struct tree *unit_tree(struct unit *u, struct walk **scratch);
void tree_free(struct tree *t);

void walk_free(struct walk *w); /* NULL is allowed */

#endif
