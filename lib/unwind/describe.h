/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's descriptions of frames (CIEs and FDEs: DWARF 5, 6.4.1; LSB, ".eh_frame"), each for one range of code, sorted
 * by where it begins in the file. */
#ifndef UNWIND_DESCRIBE_H
#define UNWIND_DESCRIBE_H

#include "elf/file.h"
#include "unwind/section.h"
#include "unwind/state.h"

/* What descriptions have in common. */
struct common {
	uint64_t at; /* in the section */
	const struct section *section;
	uint64_t code_align;
	int64_t data_align;
	uint8_t encoding;	 /* of addresses */
	uint8_t segment_size;	 /* bytes of a number that precedes an address */
	bool augmented;		 /* descriptions have data of their own before the instructions */
	bool sigframe;
	bool usable;
	struct state initial; /* what "restore" restores */
};

struct description {
	uint64_t start, end; /* offsets in the file */
	const struct common *common;
	struct cursor code;
};

/* A part of the file that is mapped executable. */
struct code_range {
	uint64_t vaddr, size, offset;
};

enum { CODE_RANGES_MAX = 64 };

struct descriptions {
	struct description *all; /* owned; no two overlap */
	size_t n;
	struct common *commons; /* owned; by section, then by place */
	size_t n_commons;
	struct code_range ranges[CODE_RANGES_MAX];
	size_t n_ranges;
	uint64_t skipped;
};

/* Where a vaddr lies in the file: *end is where the mapping that has it ends. False: in no code. */
bool code_offset(const struct descriptions *d, uint64_t vaddr, uint64_t *offset, uint64_t *end);

/* 0; -1 when there is none, with the reason in *err. The sections must outlive the result. */
int descriptions_read(const struct elf_file *f, const struct section *sections, size_t n, struct descriptions *d,
		      struct err *err);
void descriptions_free(struct descriptions *d);

#endif
