// SPDX-License-Identifier: GPL-2.0-or-later
/* Files reached through a process that has them mapped. */
#include "sym/mapped.h"

#include <stdio.h>

#include "base/buf.h"
#include "elf/find.h"

static const char debug_root[] = "/usr/lib/debug";

static struct elf_file *
open_with_id(const char *path, const uint8_t *id, size_t len)
{
	struct err err;
	struct elf_file *f = elf_open(path, &err);

	if (!f || elf_has_build_id(f, id, len))
		return f;
	elf_close(f);
	return NULL;
}

/* Its path comes first, since debug files are looked for beside it. */
struct elf_file *
mapped_open(const struct mapped *m, const char *path, const uint8_t *id, size_t len)
{
	struct buf name = {0};
	struct elf_file *f = NULL;

	if (!m->pid || !len)
		return NULL;
	buf_printf(&name, "/proc/%u/root%s", m->pid, path);
	if (path[0] == '/')
		f = open_with_id(buf_cstr(&name), id, len);
	name.len = 0;
	buf_printf(&name, "/proc/%u/map_files/%llx-%llx", m->pid, (unsigned long long)m->start, (unsigned long long)m->end);
	if (!f)
		f = open_with_id(buf_cstr(&name), id, len);
	buf_free(&name);
	return f;
}

struct elf_file *
mapped_debug(const struct mapped *m, const struct elf_file *image, const uint8_t *id, size_t len)
{
	char dir[64];
	const char *const dirs[] = {dir};
	const struct debug_roots roots = {dirs, 1};
	struct err err;

	if (!m->pid || !len)
		return NULL;
	snprintf(dir, sizeof(dir), "/proc/%u/root%s", m->pid, debug_root);
	return find_debug(image, id, len, &roots, &err);
}
