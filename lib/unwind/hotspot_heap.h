/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of HotSpot's code heaps: which pieces of code are in it, and their unwind rules. Private to lib/unwind.
 *
 * A heap is a row of blocks of whole segments (src/hotspot/share/memory/heap.hpp). Its segment map has a byte for each
 * segment, which is 0 where a block begins. A block that is in use holds a CodeBlob with its code. */
#ifndef UNWIND_HOTSPOT_HEAP_H
#define UNWIND_HOTSPOT_HEAP_H

#include "unwind/hotspot.h"
#include "unwind/hotspot_vm.h"
#include "unwind/rules.h"
#include "unwind/table.h"

struct blob_row {
	uint32_t offset; /* in the heap */
	uint16_t rule;
};

struct blob {
	uint32_t block;	    /* segment that it begins in */
	uint64_t identity;  /* hash of what describes it; 0: to be read again */
	uint64_t content;   /* hash of its code */
	bool is_method;	    /* its code stays as it is, once it is there; that of other blobs may be written bit by bit */
	bool settled;	    /* it was so when it was read a second time */
	bool named;	    /* its name was told */
	uint32_t start, end; /* its code; offsets in the heap */
	struct blob_row *rows; /* owned; ascending, the first at `start` */
	size_t n, cap;
};

struct code_heap {
	uint64_t address; /* of the CodeHeap */
	uint64_t start, end; /* what is reserved for it */
	uint64_t low, high;  /* what is in use of that, when it was looked at last; `low` is `start` */
	unsigned shift;	     /* a segment has 1 << shift bytes */
	struct blob *blobs; /* owned; by block */
	size_t n;
	size_t n_rows;
	struct rules rules;
	uint64_t code_left; /* bytes of code that may still be read this time */
	hotspot_told *told; /* is told of each blob; NULL: nobody wants to know */
	void *context;
};

/* Finds a heap by the address of its CodeHeap. False: there is none. */
bool code_heap_open(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, uint64_t address);
void code_heap_close(struct code_heap *h);

/* Looks for blocks that are new; `thorough`: and for those that hold something else than before. Returns whether rules have
 * changed, or -1 when the memory cannot be read. */
int code_heap_look(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, bool thorough);

/* Makes the table of all that is known; offsets in the heap are its file offsets. 0; -1: it is too large. */
int code_heap_table(struct code_heap *h, struct unwind_table *t);

#endif
