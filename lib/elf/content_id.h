/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands for a build-id where a file has none: 28 bytes, made of what is in the file.
 *
 * 8 bytes are a checksum (base/checksum.h), 8 are the file's size, both least significant byte first; then comes "pb-content-1".
 * The checksum is of the whole file when that has 1 MiB at the most; else of its first and its last 256 KiB and between them of
 * 4 KiB at each 64th of it. That tells builds of one program apart, since headers, symbols and most code are never all the same;
 * it is no help against somebody who wants two files to be taken for one. */
#ifndef ELF_CONTENT_ID_H
#define ELF_CONTENT_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file;

enum { CONTENT_ID = 28 };

/* Of an open file, whose position is not used. False: it could not be read. */
bool content_id_of_fd(int fd, uint8_t id[CONTENT_ID]);

void content_id_of(const struct elf_file *f, uint8_t id[CONTENT_ID]);

/* Of a file that was gone before it could be looked at: no file has it. */
void content_id_unknown(uint8_t id[CONTENT_ID]);

bool is_content_id(const uint8_t *id, size_t len);

#endif
