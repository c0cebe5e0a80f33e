/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MiniDebugInfo: the symbols of a stripped program's local functions, which Fedora and its kin leave in it as a compressed
 * ELF file of its own (section .gnu_debugdata). */
#ifndef ELF_MINIDEBUG_H
#define ELF_MINIDEBUG_H

#include "base/err.h"
#include "elf/file.h"

/* NULL: the file has none, or *err says why it cannot be read. Close it with elf_close(). */
struct elf_file *minidebug_open(const struct elf_file *f, struct err *err);

#endif
