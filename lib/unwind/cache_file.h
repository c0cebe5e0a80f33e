/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of one unwind table. Private to lib/unwind. */
#ifndef UNWIND_CACHE_FILE_H
#define UNWIND_CACHE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/file.h"
#include "unwind/table.h"

/* `builder` stands for the code that makes tables: of another's nothing is taken. */

/* Reads a file of that size. False: it is not whole, or not the table of `f`; then *t is empty. */
bool cache_file_read(int fd, uint64_t size, const struct elf_file *f, uint64_t builder, struct unwind_table *t);

bool cache_file_write(int fd, const struct elf_file *f, uint64_t builder, const struct unwind_table *t);

uint64_t cache_file_size(const struct unwind_table *t); /* the image is not looked at */

#endif
