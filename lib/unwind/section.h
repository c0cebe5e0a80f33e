/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a file that describe frames, found and inflated, and the addresses that are written in them. */
#ifndef UNWIND_SECTION_H
#define UNWIND_SECTION_H

#include "base/err.h"
#include "elf/file.h"
#include "base/cursor.h"

/* How an address is written (LSB, "DWARF Exception Header Encoding"). */
enum {
	POINTER_ABSOLUTE = 0,
	POINTER_FORMAT = 0x0f,
	POINTER_APPLICATION = 0x70,
	POINTER_INDIRECT = 0x80,
	POINTER_OMITTED = 0xff,
};

struct section {
	const uint8_t *bytes;
	size_t size;
	uint64_t vaddr, text, data; /* what addresses in it are relative to */
	bool eh;		    /* .eh_frame, not .debug_frame */
	bool to_terminator;	    /* its size is not known: an entry of length 0 is the end */
	uint8_t *inflated;	    /* owned; or NULL */
};

enum { SECTIONS_MAX = 2 };

/* Finds .eh_frame and .debug_frame. Returns how many there are; 0: *err says why there is none. */
size_t frame_sections_find(const struct elf_file *f, struct section sections[SECTIONS_MAX], struct err *err);
void frame_sections_free(struct section sections[SECTIONS_MAX], size_t n);

/* Reads an address. False: it is cut short or written in a way that no code's address is. */
bool pointer_read(const struct section *s, struct cursor *c, uint8_t encoding, uint64_t *value);

#endif
