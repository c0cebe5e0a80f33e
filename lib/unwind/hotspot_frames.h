/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unwind rules of HotSpot's code, found by following what each instruction does to the stack. Private to
 * lib/unwind. */
#ifndef UNWIND_HOTSPOT_FRAMES_H
#define UNWIND_HOTSPOT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/unwind.h"

enum frames_kind {
	FRAMES_COMPILED,    /* one method's code: a prologue, then a frame of one size */
	FRAMES_STUBS,	    /* functions one after another */
	FRAMES_INTERPRETED, /* runs in the frame of an interpreted method */
	FRAMES_ENTRY,	    /* makes that frame */
};

struct frames {
	enum frames_kind kind;
	const uint8_t *code;
	size_t n;		/* bytes */
	uint32_t frame_size;	/* bytes, the return address included, as the virtual machine says; 0: there is no frame */
	uint32_t frame_complete; /* where in the code a frame of that size is there; 0: not known */
	uint32_t entry;		/* a place where the code is entered without a frame, and another one; 0: none */
	uint32_t other_entry;
	/* Called for each place where the rule changes, in ascending order, beginning with 0. */
	void (*row)(void *to, uint32_t offset, const struct unwind_rule *rule);
	void *to;
};

/* Whether there are rules for this machine. */
bool frames_known(void);

/* False: the code does not make the frame that it is said to have, such as when it is still being written; what row() was
 * told is worth nothing then. */
bool frames_follow(const struct frames *f);

/* The rule for code of which nothing is known but that it may be read later, and for code that is not understood. */
extern const struct unwind_rule frames_unread, frames_unsupported;

/* The rule for FRAMES_INTERPRETED, where it is not being made or left. */
struct unwind_rule frames_interpreted(void);

#endif
