/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A piece of code in one of HotSpot's code heaps, as its CodeBlob describes it. Private to lib/unwind. */
#ifndef UNWIND_HOTSPOT_BLOB_H
#define UNWIND_HOTSPOT_BLOB_H

#include "base/buf.h"
#include "unwind/hotspot_heap.h"

enum { BLOB_HEADER_MAX = 1024 /* bytes of a block that are looked at, besides the code */ };

/* How many bytes these are. */
size_t blob_header_size(const struct hotspot_vm *vm);

/* Reads what is in a block: all of *b but the rows. `header` is its beginning. False: it is free, or makes no sense. */
bool blob_describe(const struct code_heap *h, const struct hotspot_vm *vm, uint32_t block, const uint8_t *header,
		   struct blob *b);

/* Appends what the virtual machine calls it. False: that cannot be read (yet). */
bool blob_name(struct memory *m, const struct hotspot_vm *vm, const uint8_t *header, struct buf *name);

/* Reads the code and finds its rules; or takes them from what was known of it before (NULL: nothing), when the code is the
 * same. Returns whether they are others now. */
bool blob_follow(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, const uint8_t *header, struct blob *b,
		 struct blob *before);

#endif
