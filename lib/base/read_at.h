/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading parts of files that are not text. */
#ifndef BASE_READ_AT_H
#define BASE_READ_AT_H

#include <stddef.h>
#include <stdint.h>

/* Reads up to `size` bytes from an offset on. Returns how many there are; fewer, too, where the rest cannot be read. */
size_t read_at(int fd, void *to, size_t size, uint64_t offset);

#endif
