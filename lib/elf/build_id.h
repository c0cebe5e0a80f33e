/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's build-id with a few small reads, for those who need nothing else of it. */
#ifndef ELF_BUILD_ID_H
#define ELF_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/header.h"

/* Of an open file, whose position is not used; `name` is for messages. Returns the length of the build-id, 0 when the file
 * has none, -1 with the reason in *err when it cannot be read or is not an ELF file. */
int elf_build_id_fd(int fd, const char *name, uint8_t id[BUILD_ID_MAX], struct err *err);

/* Opens a regular file for reading without ever waiting. -1: *err says why. */
int elf_open_fd(const char *path, struct err *err);

enum { BUILD_ID_TEXT = 2 * BUILD_ID_MAX + 1 };

/* "d41d8cd98f00b204…" in full. Returns text. */
char *build_id_text(const uint8_t *id, size_t len, char text[BUILD_ID_TEXT]);

#endif
