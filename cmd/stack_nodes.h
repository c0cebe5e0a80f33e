/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks of a dictionary entered into a tree by what their frames are called. Private to the commands that count
 * stacks. */
#ifndef CMD_STACK_NODES_H
#define CMD_STACK_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "flame/tree.h"
#include "stream/dict.h"
#include "stream/naming.h"

enum { STACK_DEPTH_MAX = 4096 }; /* frames of a stack in the tree; what it has beyond them is one frame, [deeper] */

struct spelling;
struct stack_end;

struct stack_nodes {
	const struct dict *dict;
	struct tree *tree;
	struct naming naming; /* its options are the caller's */

	/* The id that the tree has for a frame's name, the nth one of this frame from outside; `function` is as in
	 * naming.h. A frame is asked for once, [deeper] (then frame is DICT_NONE) more often. */
	uint32_t (*call)(void *to, uint32_t frame, uint32_t nth, struct text name, uint32_t function);
	void *to;

	/* private */
	struct spelling *spellings; /* by frame */
	size_t cap_spellings;
	uint32_t *spelled; /* names of frames */
	size_t n_spelled, cap_spelled;
	uint32_t frame; /* being spelled */
	struct stack_end *ends; /* by stack */
	size_t cap_ends;
	uint32_t *climbed; /* stacks on the way to the root */
	size_t cap_climbed;
};

/* Where a stack of the dictionary ends in the tree; it is entered if need be. */
uint32_t stack_node(struct stack_nodes *n, uint32_t stack);

/* The same for one that has been entered. */
uint32_t stack_node_known(const struct stack_nodes *n, uint32_t stack);

/* Whether a frame's names are in use. */
bool stack_nodes_called(const struct stack_nodes *n, uint32_t frame);

/* To be called when the dictionary was emptied, frames got other names, or the tree's ids changed. */
void stack_nodes_forget(struct stack_nodes *n);

void stack_nodes_free(struct stack_nodes *n);
size_t stack_nodes_bytes(const struct stack_nodes *n); /* of memory */

#endif
