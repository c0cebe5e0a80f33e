// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the further files that debug information is spread over. */
#include "elf/parts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "elf/build_id.h"

static bool
is_missing(int reason)
{
	return reason == ENOENT || reason == ENOTDIR;
}

/* The length of a path's directory with its '/'; 0: it has none. */
static int
directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash + 1 - path) : 0;
}

static const char *
last_part(const char *path)
{
	return path + directory_len(path);
}

/* ---- .gnu_debugaltlink: a path, NUL, the build-id ---- */

struct alternate {
	const char *path;
	const uint8_t *id;
	size_t len;
};

static bool
read_link(const struct elf_file *debug, struct alternate *a)
{
	const struct elf_section *section = elf_section(debug, ".gnu_debugaltlink");
	size_t size = 0, len;
	const uint8_t *bytes = section ? elf_contents(debug, section, &size) : NULL;

	len = bytes ? strnlen((const char *)bytes, size) : 0;
	if (!len || len >= PATH_MAX || size < len + 1 + 2 || size - len - 1 > BUILD_ID_MAX)
		return false;
	*a = (struct alternate){(const char *)bytes, bytes + len + 1, size - len - 1};
	return true;
}

/* Opens a path from the root, in the sysroot before ours. Why it was not opened is told of the last. */
static struct elf_file *
open_at_root(const struct find_places *places, const char *path, struct err *err)
{
	struct elf_file *f = places->sysroot ? elf_open_in(places->sysroot, path, err) : NULL;

	return f ? f : elf_open(path, err);
}

/* The file if it is the one. *err says why a file that is there was refused. */
static struct elf_file *
judge(struct elf_file *f, const struct alternate *a, const struct err *tried, struct err *err)
{
	if (!f && !is_missing(errno))
		*err = *tried;
	if (!f || elf_has_build_id(f, a->id, a->len))
		return f;
	err_set(err, "%s: not the file that debug information was moved to: another build-id", f->path);
	elf_close(f);
	return NULL;
}

/* Relative to a file's directory. */
static struct elf_file *
beside(const char *file, const struct alternate *a, struct err *err)
{
	struct err tried = {0};
	struct buf path = {0};
	struct elf_file *f;

	buf_add(&path, file, (size_t)directory_len(file));
	buf_puts(&path, a->path);
	errno = 0;
	f = judge(elf_open(buf_cstr(&path), &tried), a, &tried, err);
	buf_free(&path);
	return f;
}

/* Where it is said to be. Debug files are often found through symbolic links, and a relative path begins where they lead. */
static struct elf_file *
at_its_path(const struct elf_file *debug, const struct find_places *places, const struct alternate *a, struct err *err)
{
	struct err tried = {0};
	struct elf_file *f;
	char *real;

	errno = 0;
	if (*a->path == '/')
		return judge(open_at_root(places, a->path, &tried), a, &tried, err);
	f = beside(debug->path, a, err);
	real = f ? NULL : realpath(debug->path, NULL);
	if (real && strcmp(real, debug->path) != 0)
		f = beside(real, a, err);
	free(real);
	return f;
}

static struct elf_file *
in_root(const char *root, const char *dir, const struct alternate *a, struct err *err)
{
	const char *shared = strstr(a->path, ".dwz/");
	char text[BUILD_ID_TEXT];
	struct elf_file *f = NULL;

	build_id_text(a->id, a->len, text);
	for (int i = shared ? 0 : 1; i < 2 && !f; i++) {
		struct err tried = {0};
		struct buf path = {0};

		if (i)
			buf_printf(&path, "%s/.build-id/%.2s/%s.debug", dir, text, text + 2);
		else
			buf_printf(&path, "%s/%s", dir, shared);
		errno = 0;
		f = root ? elf_open_in(root, buf_cstr(&path), &tried) : elf_open(buf_cstr(&path), &tried);
		f = judge(f, a, &tried, err);
		buf_free(&path);
	}
	return f;
}

struct elf_file *
parts_alternate(const struct elf_file *debug, const struct find_places *places, struct err *err)
{
	const char *root, *dir;
	struct err refused = {0};
	struct alternate a;
	struct elf_file *f;

	if (!read_link(debug, &a))
		return NULL;
	f = at_its_path(debug, places, &a, &refused);
	for (size_t i = 0; !f && find_root(places, i, &root, &dir); i++)
		f = in_root(root, dir, &a, &refused);
	if (!f && refused.text[0])
		*err = refused;
	else if (!f)
		err_set(err, "%s: parts of its debug information are in %s, which was not found", debug->path, a.path);
	return f;
}

/* ---- split DWARF ---- */

struct elf_file *
parts_dwo(const struct elf_file *image, const struct find_places *places, const char *directory, const char *name,
	  struct err *err)
{
	struct buf path = {0};
	struct err tried = {0};
	struct elf_file *f = NULL;

	if (*name != '/' && directory)
		buf_printf(&path, "%s/", directory);
	buf_puts(&path, name);
	if (*buf_cstr(&path) == '/') /* else it would be looked for in the current directory */
		f = open_at_root(places, buf_cstr(&path), &tried);
	if (!f) {
		path.len = 0;
		buf_add(&path, image->path, (size_t)directory_len(image->path));
		buf_puts(&path, last_part(name));
		f = elf_open(buf_cstr(&path), err);
		if (!f && tried.text[0])
			*err = tried;
	}
	buf_free(&path);
	return f;
}

static struct elf_file *
open_package(const char *path, size_t len, struct err *err)
{
	struct buf name = {0};
	struct err tried = {0};
	struct elf_file *f;

	buf_add(&name, path, len);
	buf_puts(&name, ".dwp");
	errno = 0;
	f = elf_open(buf_cstr(&name), &tried);
	if (!f && !is_missing(errno))
		*err = tried;
	buf_free(&name);
	return f;
}

struct elf_file *
parts_package(const struct elf_file *f, struct err *err)
{
	static const char suffix[] = ".debug";
	size_t len = strlen(f->path), less = sizeof(suffix) - 1;
	struct elf_file *found = open_package(f->path, len, err);

	if (!found && len > less && !strcmp(f->path + len - less, suffix))
		found = open_package(f->path, len - less, err);
	return found;
}
