// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks of a dictionary entered into a tree: the stack main, sort, qsort with its names is a path of nodes. */
#include "cmd/stack_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Where a stack ends in the tree. */
struct stack_end {
	uint32_t node, depth; /* 0 as long as that is not known */
};

/* A frame's names: frames of the tree, outermost first. */
struct spelling {
	uint32_t at, n; /* in spelled[]; n is 0 as long as they are not known */
};

/* Zeroed memory comes cheap while an array is first made, and is hardly ever needed again. */
static void *
grow_zeroed(void *p, size_t *cap, size_t need, size_t size)
{
	size_t old = *cap;

	if (!old) {
		*cap = need;
		free(p);
		return xcalloc(need, size);
	}
	*cap = grow_capacity(old, need);
	p = xreallocarray(p, *cap, size);
	memset((char *)p + old * size, 0, (*cap - old) * size);
	return p;
}

static void
spell(void *to, struct text name, uint32_t function)
{
	struct stack_nodes *n = to;
	uint32_t nth = (uint32_t)n->n_spelled - n->spellings[n->frame].at;

	GROW(n->spelled, n->n_spelled, n->cap_spelled);
	n->spelled[n->n_spelled++] = n->call(n->to, n->frame, nth, name, function);
}

static const struct spelling *
spelling_of(struct stack_nodes *n, uint32_t frame)
{
	struct spelling *spelling = &n->spellings[frame];

	if (spelling->n)
		return spelling;
	spelling->at = (uint32_t)n->n_spelled;
	n->frame = frame;
	n->naming.each = spell;
	n->naming.to = n;
	name_frame(&n->naming, n->dict, frame);
	spelling->n = (uint32_t)n->n_spelled - spelling->at;
	return spelling;
}

/* Enters a stack's innermost frame into the tree; `end` is its caller's and becomes its own. */
static void
enter(struct stack_nodes *n, uint32_t stack, struct stack_end *end)
{
	const struct spelling *spelling = spelling_of(n, n->dict->stacks[stack].frame);

	for (uint32_t i = 0; i < spelling->n && end->depth <= STACK_DEPTH_MAX; i++) {
		uint32_t name = n->spelled[spelling->at + i];

		if (end->depth++ == STACK_DEPTH_MAX)
			name = n->call(n->to, DICT_NONE, 0, text_of(NAMING_DEEPER, sizeof(NAMING_DEEPER) - 1), DICT_NONE);
		end->node = tree_child(n->tree, end->node, name);
	}
	n->ends[stack] = *end;
}

/* Climbs towards the stack's root as long as it is not known where that ends, and enters the frames on the way back. */
uint32_t
stack_node(struct stack_nodes *n, uint32_t stack)
{
	struct stack_end end = {.node = TREE_ROOT};
	size_t climbed = 0;

	if (stack >= n->cap_ends)
		n->ends = grow_zeroed(n->ends, &n->cap_ends, n->dict->n_stacks, sizeof(*n->ends));
	if (n->ends[stack].node)
		return n->ends[stack].node;
	if (n->dict->n_frames > n->cap_spellings)
		n->spellings = grow_zeroed(n->spellings, &n->cap_spellings, n->dict->n_frames, sizeof(*n->spellings));
	for (; stack != DICT_NONE; stack = n->dict->stacks[stack].parent) {
		if (n->ends[stack].node) {
			end = n->ends[stack];
			break;
		}
		GROW(n->climbed, climbed, n->cap_climbed);
		n->climbed[climbed++] = stack;
	}
	while (climbed)
		enter(n, n->climbed[--climbed], &end);
	return end.node;
}

uint32_t
stack_node_known(const struct stack_nodes *n, uint32_t stack)
{
	return n->ends[stack].node;
}

bool
stack_nodes_called(const struct stack_nodes *n, uint32_t frame)
{
	return frame < n->cap_spellings && n->spellings[frame].n;
}

void
stack_nodes_forget(struct stack_nodes *n)
{
	free(n->spellings);
	free(n->ends);
	free(n->spelled);
	n->spellings = NULL;
	n->ends = NULL;
	n->spelled = NULL;
	n->cap_spellings = n->cap_ends = n->n_spelled = n->cap_spelled = 0;
}

void
stack_nodes_free(struct stack_nodes *n)
{
	stack_nodes_forget(n);
	free(n->climbed);
	buf_free(&n->naming.scratch);
}

size_t
stack_nodes_bytes(const struct stack_nodes *n)
{
	return n->cap_spellings * sizeof(*n->spellings) + n->cap_ends * sizeof(*n->ends) +
	       (n->cap_spelled + n->cap_climbed) * sizeof(uint32_t) + n->naming.scratch.cap;
}
