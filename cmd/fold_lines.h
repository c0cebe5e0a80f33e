/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counted nodes of a tree, by group, and how they become folded text. Private to the commands that write it. */
#ifndef CMD_FOLD_LINES_H
#define CMD_FOLD_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"
#include "base/table.h"
#include "flame/tree.h"
#include "stream/record.h"

/* How many samples a group has at a node. */
struct fold_cell {
	uint32_t group, node;
	uint64_t count;
};

struct fold_cells {
	struct fold_cell *all; /* each group and node once; owned */
	size_t n, cap;
	struct table table; /* private */
};

/* Counts samples of a group at a node; their sum is not checked. */
void fold_cells_add(struct fold_cells *c, uint32_t group, uint32_t node, uint64_t count);
void fold_cells_free(struct fold_cells *c);

/* What the first frames of lines are. */
struct fold_groups {
	bool by_event, by_pid, by_tid, by_cpu, no_comm;
};

/* Who was sampled. */
struct fold_task {
	struct text event, comm; /* event: NULL without one */
	uint64_t pid, tid, cpu;
};

/* Appends the first frames of a task's lines, "[cycles];[cpu 3];comm-PID", made safe; may be nothing. */
void fold_group(struct buf *to, const struct fold_groups *g, const struct fold_task *task);

/* All cells as lines "comm;a;b 12", sorted frame by frame, on their way out part by part. The tree's names and the groups
 * are safe already; both must stay as they are, the cells are not needed any more. */
struct fold_lines;
struct fold_lines *fold_lines_open(const struct fold_cells *c, const struct tree *t, const struct intern *groups);
bool fold_lines_more(struct fold_lines *f, struct buf *out); /* appends 64 KiB or somewhat more; false: nothing is left */
void fold_lines_close(struct fold_lines *f);

/* What opening takes of memory, at most, besides a path. */
size_t fold_lines_bytes(size_t cells, size_t nodes, size_t groups);

#endif
