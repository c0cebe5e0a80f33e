/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the file that was mapped, and the one with its full symbols: a list of places, tried in order, and what came of
 * each. A file is taken only when its build-id is the one that was recorded; where none was, the path has to do.
 *
 * The file that was mapped:
 *	1. SYSROOT/PATH
 *	2. PATH
 *	3. ROOT/.build-id/xx/yyyy
 *	4. through a process that has it mapped: at PATH as that sees it, or as it is mapped
 * Its debug file, which has a .symtab:
 *	1. ROOT/.build-id/xx/yyyy.debug
 *	2. what its .gnu_debuglink names: next to it, in .debug/ there, in ROOT/its directory
 *
 * ROOT is SYSROOT, SYSROOT/usr/lib/debug, SYSROOT/usr/lib, then each of `dirs`, and then /usr/lib/debug as that process sees
 * it. Through a process only files are taken that can be told by an id: by now it may be another. */
#ifndef ELF_FIND_H
#define ELF_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"
#include "elf/find_log.h"

struct find_places {
	const char *sysroot;	 /* a directory with the files of the recorded machine; links stay in it. NULL: none */
	const char *const *dirs; /* as /usr/lib/debug is laid out */
	size_t n;
};

/* The nth ROOT of those that can be told without a process: a directory, below *root if that is not NULL. False: there are no
 * more. */
bool find_root(const struct find_places *places, size_t nth, const char **root, const char **dir);

/* A place where a file was mapped. */
struct find_mapped {
	uint32_t pid; /* 0: none is known */
	uint64_t start, end;
};

struct find_wanted {
	const char *path;  /* as it was recorded */
	const uint8_t *id; /* build-id, or content id (elf/content_id.h) */
	size_t id_len;	   /* 0: it is not known */
	struct find_mapped mapped;
	const char *foreign; /* why PATH here may be another file; it then has to have the id. NULL: it is not so */
};

/* The file that was mapped, or NULL. All that was tried is added to the log. */
struct elf_file *find_image(const struct find_wanted *w, const struct find_places *places, struct find_log *log);

/* A file with its .symtab, or NULL. `image` may be NULL. Checked by build-id, or by the link's CRC where there is none. */
struct elf_file *find_debug(const struct elf_file *image, const struct find_wanted *w, const struct find_places *places,
			    struct find_log *log);

/* The file at a path that somebody fetched for us, as image or debug file; `source` says who, and lives on. */
struct elf_file *find_fetched(const struct find_wanted *w, const char *path, bool debug, const char *source,
			      struct find_log *log);

/* The vDSO of the running kernel, as it is mapped in our own process. NULL: *err says why. */
struct elf_file *find_vdso(struct err *err);

#endif
