/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file in memory: segments, sections, build-id. Nothing in it is believed before it is checked, and
 * whatever lies outside of the file is as if it were not there.
 *
 * Two kinds of place: an offset in the file, which a mapping of it knows, and a vaddr, which its symbols and
 * debug information use. They differ by segment (LLD, ld -z separate-code, prelink). */
#ifndef ELF_FILE_H
#define ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/header.h"

struct elf_file {
	char *path; /* owned; for messages */
	const uint8_t *bytes;
	size_t size;
	bool mapped;
	uint8_t *owned; /* the bytes, if they are to be freed with the rest */
	struct elf_header header;
	struct elf_segment *segments; /* owned */
	uint32_t n_segments;
	struct elf_section *sections; /* owned; [0] is the empty one */
	uint32_t n_sections;
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_len; /* 0: it has none */
};

/* Maps the file; what is not touched is not read. NULL: *err says why. */
struct elf_file *elf_open(const char *path, struct err *err);

/* The same for a path as a process with the root directory `root` has it. */
struct elf_file *elf_open_in(const char *root, const char *path, struct err *err);

/* The image stays the caller's and must outlive the result; for the vDSO. */
struct elf_file *elf_from_memory(const void *image, size_t size, const char *name, struct err *err);

void elf_close(struct elf_file *f); /* NULL is allowed */

/* Where the code at a file offset has its vaddr, and back. False: no loaded segment holds it. Of a file that has
 * debug information only, the offsets are those of the file it was taken from. */
bool elf_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr);
bool elf_offset(const struct elf_file *f, uint64_t vaddr, uint64_t *offset);

/* Whether code is loaded there, from the file. */
bool elf_is_code(const struct elf_file *f, uint64_t vaddr);

/* The first section of that name, or NULL. */
const struct elf_section *elf_section(const struct elf_file *f, const char *name);

/* A section's bytes; NULL when it has none in the file, lies outside of it or is compressed. */
const uint8_t *elf_contents(const struct elf_file *f, const struct elf_section *section, size_t *size);

/* Whether the file is the one with this build-id, or content id (elf/content_id.h) when it has none; also when `len` is 0, as
 * nothing is known then. */
bool elf_has_build_id(const struct elf_file *f, const uint8_t *id, size_t len);

#endif
