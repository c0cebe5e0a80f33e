/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-fold's counting: samples are only counted by stack while a segment is read; at its end, when all names are
 * known, its stacks become nodes of a tree. Tasks share the tree, so that memory grows with the stream and not with
 * the text. Private to pb-fold. */
#ifndef CMD_FOLD_STACKS_H
#define CMD_FOLD_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/table.h"
#include "cmd/fold_lines.h"
#include "cmd/stack_nodes.h"
#include "flame/tree.h"
#include "stream/dict.h"

struct member;
struct place;

struct stacks {
	struct fold_groups by; /* set before the first use, as nodes.naming */
	struct dict dict;     /* of the segment */
	uint32_t event;	      /* what is counted is of this one, in the dictionary; or DICT_NONE */
	struct tree tree;     /* the stacks' frames of all segments; its values are not used */
	struct stack_nodes nodes;
	struct intern groups; /* first frames of lines, "[cpu 3];comm", made safe; may be empty */
	struct fold_cells cells;

	/* private */
	struct member *members;
	size_t n_members, cap_members;
	struct table member_table;
	struct place *places;
	size_t n_places, cap_places;
	uint32_t *firsts; /* by stack: its place in the group it was met in first, plus one */
	size_t cap_firsts;
	struct table place_table; /* its places in other groups */
	uint32_t *function_names; /* while the tree is grown: by function: id in tree.names plus one, or 0 */
};

void stacks_init(struct stacks *f);
void stacks_free(struct stacks *f);

/* Counts n samples. */
void stacks_count(struct stacks *f, uint32_t task, uint64_t cpu, uint32_t stack, uint64_t n);

/* Moves what was counted to the cells. To be called before the dictionary is emptied. */
void stacks_settle(struct stacks *f);

#endif
