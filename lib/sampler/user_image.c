// SPDX-License-Identifier: GPL-2.0-or-later
/* A file in which events are looked for, opened, with its debug file. */
#include "sampler/user_image.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "elf/find.h"
#include "elf/native.h"

static const char debug_root[] = "/usr/lib/debug";

int
user_image_open(struct user_image *image, const struct user_file *file, struct err *err)
{
	*image = (struct user_image){.shown = file->shown};
	image->elf = elf_open(file->path, err);
	if (!image->elf)
		return -1;
	if (native_runs(image->elf))
		return 0;
	elf_close(image->elf);
	image->elf = NULL;
	return err_set(err, "%s: not a program or library for this machine", file->path);
}

/* The file of a process with a root directory of its own may have its debug file there, too. */
struct elf_file *
user_image_debug(struct user_image *image)
{
	const struct elf_file *f = image->elf;
	char theirs[64];
	const char *dirs[2] = {debug_root, theirs};
	struct find_places places = {.dirs = dirs, .n = 1};
	struct find_wanted wanted = {.path = f->path, .id = f->build_id, .id_len = f->build_id_len};
	struct find_log log = {0};
	unsigned pid;
	int len = 0;

	if (image->asked)
		return image->debug;
	image->asked = true;
	if (sscanf(f->path, "/proc/%u/root%n", &pid, &len) == 1 && len && f->path[len] == '/') {
		snprintf(theirs, sizeof(theirs), "/proc/%u/root%s", pid, debug_root);
		places.n = 2;
	}
	image->debug = find_debug(f, &wanted, &places, &log);
	find_log_free(&log);
	return image->debug;
}

bool
user_image_is_full(struct user_image *image)
{
	return symtab_is_full(image->elf) || user_image_debug(image);
}

const char *
user_image_function(struct user_image *image, uint64_t vaddr)
{
	const struct symbol_range *range;

	if (!image->table.lazy) {
		image->table.lazy = true;
		symtab_read(&image->table, image->elf);
		if (!symtab_is_full(image->elf) && user_image_debug(image))
			symtab_read(&image->table, image->debug);
	}
	range = symtab_find(&image->table, vaddr);
	return range ? range->name : NULL;
}

void
user_image_close(struct user_image *image)
{
	elf_close(image->elf);
	elf_close(image->debug);
	symtab_free(&image->table);
	*image = (struct user_image){0};
}
