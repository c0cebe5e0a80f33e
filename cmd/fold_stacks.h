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
#include "flame/tree.h"
#include "stream/dict.h"
#include "stream/naming.h"

enum { FOLD_DEPTH_MAX = 4096 }; /* frames of a stack in the tree; what it has beyond them is one frame, [deeper] */

struct member;
struct place;
struct spelling;
struct end;

/* What is known of all segments: how many samples a group of tasks has at a node of the tree. */
struct cell {
	uint32_t group, node;
	uint64_t count;
};

struct stacks {
	bool by_pid, by_tid, by_cpu, no_comm; /* what the first frames are; set before the first use */
	struct naming naming;
	struct dict dict;     /* of the segment */
	struct tree tree;     /* the stacks' frames of all segments; its values are not used */
	struct intern groups; /* first frames of lines, "[cpu 3];comm", made safe; may be empty */
	struct cell *cells;
	size_t n_cells, cap_cells;

	/* private */
	struct table cell_table;
	struct member *members;
	size_t n_members, cap_members;
	struct table member_table;
	struct place *places;
	size_t n_places, cap_places;
	uint32_t *firsts; /* by stack: its place in the group it was met in first, plus one */
	size_t cap_firsts;
	struct table place_table; /* its places in other groups */

	/* private, while the tree is grown */
	struct spelling *spellings; /* by frame */
	uint32_t *function_names;   /* by function: id in tree.names plus one, or 0 */
	uint32_t *spelled;	    /* names of frames */
	size_t n_spelled, cap_spelled;
	struct end *ends;  /* by stack */
	uint32_t *climbed; /* stacks on the way to the root */
	size_t cap_climbed;
};

void stacks_init(struct stacks *f);
void stacks_free(struct stacks *f);

/* Counts n samples. */
void stacks_count(struct stacks *f, uint32_t task, uint64_t cpu, uint32_t stack, uint64_t n);

/* Moves what was counted to the cells. To be called before the dictionary is emptied. */
void stacks_settle(struct stacks *f);

/* Hands all cells to write() as lines "comm;a;b 12", sorted frame by frame. */
void stacks_write(const struct stacks *f, void (*write)(const void *data, size_t len));

#endif
