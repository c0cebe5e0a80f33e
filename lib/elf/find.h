/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the file that was mapped, and the one with its full symbols. A file is taken only when its build-id is
 * the one that was recorded; where none was, the path has to do. */
#ifndef ELF_FIND_H
#define ELF_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"

struct debug_roots {
	const char *const *dirs; /* as /usr/lib/debug is laid out; asked in this order */
	size_t n;
};

/* The file that was mapped: PATH itself, else DIR/.build-id/xx/yyyy in a root. NULL: *err says what was wrong
 * with PATH. */
struct elf_file *find_image(const char *path, const uint8_t *id, size_t len, const struct debug_roots *roots,
			    struct err *err);

/* A file with its .symtab: DIR/.build-id/xx/yyyy.debug in a root, else what .gnu_debuglink of `image` (which may be
 * NULL) names, next to it, in .debug/ there, or in DIR/its directory; checked by build-id, or by the link's CRC where
 * there is none. NULL: there is none; *err says so when one was refused and is left alone otherwise. */
struct elf_file *find_debug(const struct elf_file *image, const uint8_t *id, size_t len,
			    const struct debug_roots *roots, struct err *err);

/* The vDSO of the running kernel, as it is mapped in our own process. NULL: *err says why. */
struct elf_file *find_vdso(struct err *err);

#endif
