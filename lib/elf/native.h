/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dynamic linker of this machine has built in. Distributions differ; all that is usual is tried. */
#ifndef ELF_NATIVE_H
#define ELF_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/file.h"

struct native {
	uint16_t machine;
	uint32_t cache_flags;	     /* of entries of ld.so.cache that are for this machine */
	const char *const libs[4];   /* what $LIB may stand for; ends with NULL */
	const char *const hwcaps[4]; /* subdirectories of glibc-hwcaps, best first; ends with NULL */
};

extern const struct native native;

/* Whether a file is a program or library that can be run here. */
bool native_runs(const struct elf_file *f);

/* Whether the cpu has what code in a subdirectory of glibc-hwcaps needs. */
bool native_has(const char *hwcap);

#endif
