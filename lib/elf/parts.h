/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the further files that debug information is spread over: what dwz(1) moved to a file that several share, and
 * what -gsplit-dwarf left beside the object files. */
#ifndef ELF_PARTS_H
#define ELF_PARTS_H

#include "base/err.h"
#include "elf/file.h"
#include "elf/find.h"

/* The supplementary file that a debug file's .gnu_debugaltlink names, by the build-id there: at its path, which may be
 * relative to the debug file; below .dwz in a root (elf/find.h); .build-id/xx/yyyy.debug there. NULL: it names none, or *err
 * says that there is none or which file was refused. */
struct elf_file *parts_alternate(const struct elf_file *debug, const struct find_places *places, struct err *err);

/* A .dwo file by DW_AT_comp_dir (may be NULL) and DW_AT_dwo_name if that makes a path from the root, else next to the program
 * by its name alone. Whether it is the right one its dwo_id shows. NULL: *err says where it should be. */
struct elf_file *parts_dwo(const struct elf_file *image, const struct find_places *places, const char *directory,
			   const char *name, struct err *err);

/* PATH.dwp, a package of a program's .dwo files, PATH being the program's or its debug file's; also without the latter's
 * ".debug". NULL: there is none; *err is left alone then, and says what is wrong with one that cannot be read. */
struct elf_file *parts_package(const struct elf_file *f, struct err *err);

#endif
