// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the file that was mapped, and the one with its full symbols. */
#include "elf/find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <zlib.h>

#include "base/buf.h"
#include "elf/build_id.h"
#include "elf/symtab.h"

/* Opens path if it has the build-id. */
static struct elf_file *
open_if_same(const char *path, const uint8_t *id, size_t len, struct err *err)
{
	char want[BUILD_ID_TEXT], have[BUILD_ID_TEXT];
	struct elf_file *f = elf_open(path, err);

	if (!f || elf_has_build_id(f, id, len))
		return f;
	build_id_text(id, len, want);
	if (f->build_id_len)
		err_set(err, "%s: another file than was recorded: its build-id is %s, not %s", path,
			build_id_text(f->build_id, f->build_id_len, have), want);
	else
		err_set(err, "%s: another file than was recorded: it has no build-id, not %s", path, want);
	elf_close(f);
	return NULL;
}

/* DIR/.build-id/ab/cdef…SUFFIX */
static struct elf_file *
by_build_id(const char *dir, const uint8_t *id, size_t len, const char *suffix, struct err *err)
{
	char text[BUILD_ID_TEXT];
	struct buf path = {0};
	struct elf_file *f;

	if (len < 2)
		return NULL;
	build_id_text(id, len, text);
	buf_printf(&path, "%s/.build-id/%.2s/%s%s", dir, text, text + 2, suffix);
	f = open_if_same(buf_cstr(&path), id, len, err);
	buf_free(&path);
	return f;
}

/* Whether a failure is worth telling: not that a file is not where it might have been. */
static void
keep_refusal(struct err *err, const struct err *tried, int reason)
{
	if (tried->text[0] && reason != ENOENT && reason != ENOTDIR)
		*err = *tried;
}

struct elf_file *
find_image(const char *path, const uint8_t *id, size_t len, const struct debug_roots *roots, struct err *err)
{
	struct elf_file *f = NULL;
	struct err tried;

	/* Others are not paths ([heap], memfds) or would be looked for in the current directory. */
	if (path[0] == '/')
		f = open_if_same(path, id, len, err);
	else
		err_set(err, "%s: not the path of a file", path);
	for (size_t i = 0; i < roots->n && !f; i++)
		f = by_build_id(roots->dirs[i], id, len, "", &tried);
	return f;
}

/* ---- .gnu_debuglink: a file name, padding to a multiple of 4, the CRC of that file ---- */

static bool
read_link(const struct elf_file *image, const char **name, uint32_t *crc)
{
	const struct elf_section *section = image ? elf_section(image, ".gnu_debuglink") : NULL;
	const uint8_t *bytes;
	size_t size, len;

	bytes = section ? elf_contents(image, section, &size) : NULL;
	if (!bytes)
		return false;
	len = strnlen((const char *)bytes, size);
	if (!len || len == size || memchr(bytes, '/', len) || ((len + 4) & ~(size_t)3) + 4 > size)
		return false;
	memcpy(crc, bytes + ((len + 4) & ~(size_t)3), sizeof(*crc));
	*name = (const char *)bytes;
	return true;
}

static bool
has_crc(const struct elf_file *f, uint32_t crc)
{
	return crc32_z(0, f->bytes, f->size) == crc;
}

static struct elf_file *
linked_file(const struct elf_file *image, const char *path, uint32_t crc, struct err *err)
{
	struct err tried = {0};
	struct elf_file *f;

	errno = 0;
	f = elf_open(path, &tried);
	if (!f) {
		keep_refusal(err, &tried, errno);
		return NULL;
	}
	if (image->build_id_len && f->build_id_len ? elf_has_build_id(f, image->build_id, image->build_id_len)
						   : has_crc(f, crc))
		return f;
	err_set(err, "%s: not the debug file of %s: another %s", path, image->path,
		image->build_id_len && f->build_id_len ? "build-id" : "CRC");
	elf_close(f);
	return NULL;
}

static struct elf_file *
by_link(const struct elf_file *image, const struct debug_roots *roots, struct err *err)
{
	const char *name, *slash = image ? strrchr(image->path, '/') : NULL;
	struct elf_file *f = NULL;
	uint32_t crc;

	if (!slash || !read_link(image, &name, &crc))
		return NULL;
	for (size_t i = 0; i < roots->n + 2 && !f; i++) {
		struct buf path = {0};

		buf_printf(&path, "%s%.*s/%s%s", i < 2 ? "" : roots->dirs[i - 2], (int)(slash - image->path),
			   image->path, i == 1 ? ".debug/" : "", name);
		f = linked_file(image, buf_cstr(&path), crc, err);
		buf_free(&path);
		if (f && !symtab_is_full(f)) { /* the link may name the file itself */
			elf_close(f);
			f = NULL;
		}
	}
	return f;
}

struct elf_file *
find_debug(const struct elf_file *image, const uint8_t *id, size_t len, const struct debug_roots *roots,
	   struct err *err)
{
	struct elf_file *f = NULL;

	for (size_t i = 0; i < roots->n && !f; i++) {
		struct err tried = {0};

		errno = 0;
		f = by_build_id(roots->dirs[i], id, len, ".debug", &tried);
		if (!f)
			keep_refusal(err, &tried, errno);
		else if (!symtab_is_full(f)) {
			elf_close(f);
			f = NULL;
		}
	}
	return f ? f : by_link(image, roots, err);
}

/* It is mapped whole, its section headers last. */
struct elf_file *
find_vdso(struct err *err)
{
	const uint8_t *image = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
	struct elf_header h;

	if (!image || header_read(image, ELF_HEADER_SIZE, &h)) {
		err_set(err, "there is no vDSO");
		return NULL;
	}
	return elf_from_memory(image, (size_t)h.sections_at + (size_t)h.sections * h.section_size, "[vdso]", err);
}
