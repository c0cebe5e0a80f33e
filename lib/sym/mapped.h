/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files reached through a process that has them mapped, wherever they are in its view, replaced or deleted. Only files that can
 * be told by an id are taken: by now the process may be another. */
#ifndef SYM_MAPPED_H
#define SYM_MAPPED_H

#include <stddef.h>
#include <stdint.h>

struct debug_roots;
struct elf_file;

/* A place where a file was mapped. */
struct mapped {
	uint32_t pid; /* 0: none is known */
	uint64_t start, end;
};

/* The file with this id, at its path as the process sees it or through the mapping; or NULL. */
struct elf_file *mapped_open(const struct mapped *m, const char *path, const uint8_t *id, size_t len);

/* Its debug file, where the process has those; or NULL. */
struct elf_file *mapped_debug(const struct mapped *m, const struct elf_file *image, const uint8_t *id, size_t len);

#endif
