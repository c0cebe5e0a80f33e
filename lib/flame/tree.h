/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame tree: equal beginnings of stacks merged, values kept where stacks end. */
#ifndef FLAME_TREE_H
#define FLAME_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/table.h"

enum { TREE_ROOT = 0, TREE_VALUES = 2 };

struct tree_node {
	uint32_t parent; /* always smaller than the node's own id */
	uint32_t name;	 /* id in tree.names; meaningless for the root */
	uint32_t child;	 /* private: the child found last, and whether there are more */
};

struct tree {
	struct intern names;
	struct tree_node *nodes; /* by id, [0] is the root; owned */
	uint64_t *values[TREE_VALUES]; /* by id: what ends at the node; [1] is NULL unless asked for; owned */
	uint64_t *starts; /* by id: the total when the node was added; NULL unless asked for (flame charts); owned */
	uint32_t n;
	uint64_t total[TREE_VALUES]; /* of all that was added */
	size_t cap;
	struct table table; /* children of nodes that have more than one */
};

/* The children of every node as linked lists; 0 ends a list. */
struct tree_links {
	uint32_t *first, *next; /* by node id; owned */
};

void tree_init(struct tree *t, bool two_values);
void tree_keep_starts(struct tree *t); /* asks for starts, while the tree is empty */
void tree_free(struct tree *t);

uint32_t tree_child(struct tree *t, uint32_t parent, uint32_t name);	 /* found or added */
uint32_t tree_new_child(struct tree *t, uint32_t parent, uint32_t name); /* added even if there is one (flame charts) */

/* Adds to a node's own value (which: 0 or 1). False, with nothing changed, when the total would pass INT64_MAX. */
bool tree_add(struct tree *t, uint32_t node, int which, uint64_t value);
bool tree_multiply(struct tree *t, uint64_t factor); /* every value; false on overflow, with nothing changed */

/* Turns per-node values into inclusive ones, in place: adds each node's value to its parent's. */
void tree_accumulate(const struct tree *t, uint64_t *values);

/* Removes the nodes whose value (inclusive) is below `min`, and what is above them. Ids change, their order
 * does not. No node can be found or added afterwards. */
void tree_prune(struct tree *t, int which, uint64_t min);

/* Links children in the order of their names' bytes, or in the order they were added. */
void tree_link(const struct tree *t, bool by_name, struct tree_links *links);
void tree_links_free(struct tree_links *links);

/* Steps through the tree depth first: returns the node after `node`, or 0 at the end; *depth is kept. */
uint32_t tree_next(const struct tree *t, const struct tree_links *links, uint32_t node, uint32_t *depth);

#endif
