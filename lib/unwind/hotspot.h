/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables of the code that HotSpot, the Java virtual machine, makes at run time. Its compiled code keeps no frame
 * pointer; the sizes of frames are read from the memory of the process, where tools may look for them.
 *
 * A code heap is like a binary: a range of addresses, and a table by offsets from where it begins. */
#ifndef UNWIND_HOTSPOT_H
#define UNWIND_HOTSPOT_H

#include "base/err.h"
#include "elf/file.h"
#include "unwind/memory.h"
#include "unwind/table.h"

enum { HOTSPOT_HEAPS_MAX = 8 };

struct hotspot;

/* Whether there are rules for this machine. */
bool hotspot_here(void);

/* `libjvm` is the file that the process has mapped, `bias` what is added to its vaddrs there; it is needed for this call
 * only. `m` must outlive the result. NULL with the reason in *err: the virtual machine is not of a kind that is known, or
 * has no code heaps yet. */
struct hotspot *hotspot_open(struct memory *m, const struct elf_file *libjvm, uint64_t bias, struct err *err);
void hotspot_close(struct hotspot *h);

/* Is told what each piece of code is called, from the next look on; again where another one takes its place. */
typedef void hotspot_told(void *context, uint64_t start, uint64_t size, const char *name, size_t len);
void hotspot_on_code(struct hotspot *h, hotspot_told *told, void *context);

/* The addresses that are reserved for each code heap; ascending, none overlaps another. Returns how many there are. */
struct hotspot_range {
	uint64_t start, end;
};
size_t hotspot_ranges(const struct hotspot *h, struct hotspot_range ranges[HOTSPOT_HEAPS_MAX]);

/* Looks for code that is new in a heap; `thorough`: and for places that hold something else than before, which takes longer.
 * 1: rules have changed; 0: none has; -1: the memory cannot be read. */
int hotspot_look(struct hotspot *h, size_t heap, bool thorough);

/* Makes the table of a heap; what could not be read yet has UNWIND_UNREAD. 0; -1: it is too large. */
int hotspot_table(struct hotspot *h, size_t heap, struct unwind_table *t);

#endif
