/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's descriptions of frames, each for one range of code, sorted by where it begins in the file. */
#ifndef UNWIND_DESCRIBE_H
#define UNWIND_DESCRIBE_H

#include "elf/file.h"
#include "unwind/entry.h"

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
