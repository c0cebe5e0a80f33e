/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in which events are looked for, opened, with its debug file. */
#ifndef SAMPLER_USER_IMAGE_H
#define SAMPLER_USER_IMAGE_H

#include <stdbool.h>

#include "base/err.h"
#include "elf/file.h"
#include "elf/symtab.h"
#include "sampler/user_file.h"

struct user_image {
	const char *shown; /* the file's name in a probe's */
	struct elf_file *elf;
	struct elf_file *debug; /* NULL: there is none, or nobody asked */
	bool asked;
	struct symtab table; /* of both, for user_image_function() */
};

/* -1 with the reason in *err: it cannot be read, or is no program or library for this machine. The file must outlive the
 * image. */
int user_image_open(struct user_image *image, const struct user_file *file, struct err *err);

/* The file's debug file, looked for once; the image's. NULL: there is none. */
struct elf_file *user_image_debug(struct user_image *image);

/* Whether all functions have names: in the file itself or in its debug file. */
bool user_image_is_full(struct user_image *image);

/* The function that a vaddr is in, as the file names it; NULL: none is known. */
const char *user_image_function(struct user_image *image, uint64_t vaddr);

void user_image_close(struct user_image *image);

#endif
